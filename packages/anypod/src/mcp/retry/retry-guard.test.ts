import { McpServer } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createAnypod } from '../../anypod.ts';
import { AnypodError } from '../../core/errors.ts';
import { createMemoryStore } from '../../memory/index.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
  'anypod/idempotencyKey': 'a-key-of-at-least-16-characters',
};

/** A pod whose store does what `begin` says, and whose answer `lose` then changes. */
async function start(
  lose: (times: number, answer: Awaited<ReturnType<Begin>>, again: () => ReturnType<Begin>) => ReturnType<Begin>,
) {
  const store = createMemoryStore();
  let [times, runs] = [0, 0];
  const begin: Begin = async (...args) => {
    const answer = await store.calls.begin(...args);
    times += 1;
    return lose(times, answer, () => store.calls.begin(...args));
  };
  const createServer = () => {
    const server = new McpServer({ name: 'test', version: '1' });
    server.registerTool('once', { inputSchema: z.object({}), _meta: { 'anypod/retry': true } }, () => {
      runs += 1;
      return { content: [{ type: 'text', text: 'done' }] };
    });
    return server;
  };
  const secrets = ['a secret of at least thirty-two bytes'];
  const pod = await createAnypod({ createServer, secrets, store: { ...store, calls: { ...store.calls, begin } } });
  const call = async () => {
    const params = { name: 'once', arguments: {}, _meta: META };
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'once',
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const response = await pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
    return { status: response.status, text: await response.text() };
  };
  return { pod, call, runs: () => runs };
}

type Begin = ReturnType<typeof createMemoryStore>['calls']['begin'];

it('a call whose begin was stored but not confirmed keeps no repeat waiting', async () => {
  const { pod, call, runs } = await start(async (times, answer) => {
    if (times === 1) throw new AnypodError('store_unavailable', 'Redis does not answer; try again shortly.');
    return answer;
  });
  expect((await call()).status).toBe(503);
  expect(await call()).toEqual({ status: 200, text: expect.stringContaining('done') });
  expect(runs()).toBe(1);
  await pod.close();
});

it('a call whose begin is repeated by the client of the store runs', async () => {
  const { pod, call, runs } = await start(async (times, answer, again) => (times === 1 ? again() : answer));
  expect(await call()).toEqual({ status: 200, text: expect.stringContaining('done') });
  expect(runs()).toBe(1);
  await pod.close();
});
