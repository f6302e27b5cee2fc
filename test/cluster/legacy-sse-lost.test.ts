import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { useDeployment } from './deployment.ts';
import { at, callOf, connect, INITIALIZE, open, post } from './sse-clients.ts';

const WITHIN = { timeout: 30_000 };

describe('a stream of HTTP+SSE whose pod dies', () => {
  const own = useDeployment({ args: ['--legacy-sse'], env: { ANYPOD_LEASE: '1500', ANYPOD_RETRY: '100' } });

  it('is continued on another pod by a client that keeps the last event id: the call in flight is answered [http.sse.stream]', async () => {
    const [first, second, third] = own.pods;
    const stream = await open(first);
    const address = at(second, `${stream.address.pathname}${stream.address.search}`);
    await post(address, INITIALIZE);
    await stream.until?.('"id":0');
    expect((await post(address, callOf(1, 'wait_for', { key: 'sse-1' }))).status).toBe(202);
    own.processes[0]?.signal('SIGKILL');
    await post(address, callOf(2, 'let_go', { key: 'sse-1' }));
    const again = await open(third, { 'last-event-id': stream.lastId?.() ?? '' });
    expect(again.address.search).toBe(stream.address.search);
    await again.until?.('"id":1');
    await again.until?.('"id":2');
    expect(again.text?.()).not.toContain('"id":0');
    again.close();
  });

  it('is opened again by the official client, which goes on without noticing [http.sse.reopened]', async () => {
    const [, second, third] = own.pods;
    let stream = second;
    const { client, call } = await connect({ stream: () => stream, messages: () => third });
    expect(await call('echo', { text: 'before' })).toContain('before');
    const opened = new Promise<void>((resolve) => {
      client.onerror = () => resolve();
    });
    stream = third;
    own.processes[1]?.signal('SIGKILL');
    await opened;
    await vi.waitFor(async () => {
      const again = await call('echo', { text: 'after' }, { timeout: 1000 });
      expect(again).toContain('after');
    }, WITHIN);
    await client.close();
  });
});

describe('a client of HTTP+SSE whose pods go', () => {
  const own = useDeployment({ args: ['--legacy-sse'], env: { ANYPOD_LEASE: '1500' } });

  it('has its call answered with the reason if a pod dies, and the session goes on [http.sse.lost-call]', async () => {
    const [first, second, third] = own.pods;
    const stream = await open(first);
    const on = (pod: URL) => at(pod, `${stream.address.pathname}${stream.address.search}`);
    await post(on(third), INITIALIZE);
    // It is acknowledged once another pod could finish the call.
    expect((await post(on(second), callOf(1, 'request_id', { key: 'sse-2' }))).status).toBe(202);
    own.processes[1]?.signal('SIGKILL');
    await stream.until?.('The pod that served this request was lost');
    await post(on(third), callOf(2, 'echo', { text: 'after' }));
    await stream.until?.('after');
    expect(stream.text?.().match(/"id":1\b/g)).toHaveLength(1);
    stream.close();
  });

  it('goes on on another pod if the pod of its stream drains, with the call in flight [http.sse.stream]', async () => {
    const [first, , third] = own.pods;
    const stream = await open(first);
    const address = at(third, `${stream.address.pathname}${stream.address.search}`);
    await post(address, INITIALIZE);
    await stream.until?.('"id":0');
    expect((await post(address, callOf(1, 'wait_for', { key: 'sse-3' }))).status).toBe(202);
    own.processes[0]?.signal('SIGTERM');
    await expect(stream.until?.('never')).rejects.toThrow('the stream ended');
    expect(await own.processes[0]?.exited).toMatchObject({ code: 0 });
    const again = await open(third, { 'last-event-id': stream.lastId?.() ?? '' });
    await post(address, callOf(2, 'let_go', { key: 'sse-3' }));
    await again.until?.('"id":1');
    await again.until?.('"id":2');
    again.close();
  });
});

describe('the control: the SDK alone, on two pods', () => {
  const servers = [createSdkPod(), createSdkPod()];
  afterAll(() => {
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
  });

  it('does not serve a message that reaches the other pod', async () => {
    const [one, two] = await Promise.all(servers.map(listen));
    await expect(connect({ stream: () => one as URL, messages: () => two as URL })).rejects.toThrow('404');
    const { client } = await connect({ stream: () => one as URL, messages: () => one as URL });
    await client.close();
  });

  /** A pod as the SDK's examples have it: its sessions are in its memory. */
  function createSdkPod(): Server {
    const transports = new Map<string, SSEServerTransport>();
    const serve = async (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (request.method === 'GET') {
        const transport = new SSEServerTransport('/messages', response);
        transports.set(transport.sessionId, transport);
        await new McpServer({ name: 'sdk', version: '1' }).connect(transport);
        return;
      }
      const transport = transports.get(url.searchParams.get('sessionId') ?? '');
      if (transport === undefined) response.writeHead(404).end();
      else await transport.handlePostMessage(request, response);
    };
    return createServer((request, response) => void serve(request, response));
  }

  function listen(server: Server): Promise<URL> {
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      });
    });
  }
});
