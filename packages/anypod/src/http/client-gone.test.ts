import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { expect, it, vi } from 'vitest';
import { createAnypod } from '../anypod.ts';

const META = 'io.modelcontextprotocol/';
const _meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
const BODY = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
  params: { name: 'work', arguments: {}, _meta },
});
const HEADERS = {
  ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'work' },
};

it('a client that leaves before its server is made cancels its call [modern.disconnect.cancels]', async () => {
  const work = vi.fn<() => { content: [] }>(() => ({ content: [] }));
  const gate = Promise.withResolvers<void>();
  const making = Promise.withResolvers<void>();
  let slow = false;
  const pod = await createAnypod({
    async createServer() {
      if (slow) {
        making.resolve();
        await gate.promise;
      }
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('work', {}, work);
      return server;
    },
  });
  const responses: ServerResponse[] = [];
  const http = createServer((incoming, response) => {
    responses.push(response);
    pod.handler(incoming, response);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  expect((await fetch(url, { method: 'POST', headers: HEADERS, body: BODY })).status).toBe(200);
  expect(work).toHaveBeenCalledOnce();

  slow = true;
  const call = request(url, { method: 'POST', headers: HEADERS }).on('error', () => undefined);
  call.end(BODY);
  await making.promise;
  call.destroy();
  await once(responses.at(-1) as ServerResponse, 'close');
  gate.resolve();
  await delay(50);
  expect(work).toHaveBeenCalledOnce();
  await pod.close();
  http.close();
});
