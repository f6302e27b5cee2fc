import { McpServer, ProtocolError } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { type Anypod, createAnypod } from '../../anypod.ts';
import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('a request that changes a session', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** A session on a server that notes the requests of its handlers. A session may have one subscription. */
  async function start() {
    const asked: string[] = [];
    const createServer = () => {
      const capabilities = { resources: { subscribe: true }, logging: {} };
      const mcp = new McpServer({ name: 'test', version: '1' }, { capabilities });
      for (const method of ['resources/subscribe', 'resources/unsubscribe'] as const) {
        mcp.server.setRequestHandler(method, ({ params: { uri } }) => {
          asked.push(`${method} ${uri}`);
          if (uri === 'x://refused') throw new ProtocolError(-32050, 'not this one');
          return { _meta: { own: true } };
        });
      }
      return mcp;
    };
    const store = createMemoryStore({ subscriptionLimit: 1 });
    const pod = await createAnypod({ createServer, store, secrets: ['a secret of at least thirty-two bytes'] });
    open.push(pod);
    const post = async (message: object, headers = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
      const init = { method: 'POST', headers: { ...HEADERS, ...headers }, body };
      return pod.fetch(new Request('http://localhost/mcp', init));
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const opened = await post({ method: 'initialize', params });
    const id = opened.headers.get('mcp-session-id') ?? '';
    const ask = async (method: string, params: object) =>
      (await post({ method, params }, { 'mcp-session-id': id })).json() as Promise<JsonRpcResponse>;
    const subscriptions = async () => [...((await store.sessions.load(id, 'test'))?.subscriptions ?? [])];
    return { ask, asked, subscriptions };
  }

  it('is answered as the own handler answers it', async () => {
    const { ask, subscriptions } = await start();
    expect((await ask('resources/subscribe', { uri: 'x://1' })).result).toEqual({ _meta: { own: true } });
    expect(await subscriptions()).toEqual(['x://1']);
    expect((await ask('resources/unsubscribe', { uri: 'x://1' })).result).toEqual({ _meta: { own: true } });
    expect(await subscriptions()).toEqual([]);
  });

  it('is not recorded if the own handler refuses it', async () => {
    const { ask, subscriptions } = await start();
    expect((await ask('resources/subscribe', { uri: 'x://refused' })).error?.code).toBe(-32050);
    expect(await subscriptions()).toEqual([]);
  });

  it('is undone if it cannot be recorded', async () => {
    const { ask, asked, subscriptions } = await start();
    await ask('resources/subscribe', { uri: 'x://1' });
    const beyond = await ask('resources/subscribe', { uri: 'x://2' });
    expect(beyond.error?.data).toEqual({ reason: 'subscription_limit' });
    expect(asked.slice(1)).toEqual(['resources/subscribe x://2', 'resources/unsubscribe x://2']);
    expect(await subscriptions()).toEqual(['x://1']);
  });

  it('never reaches the own handler if it is malformed', async () => {
    const { ask, asked } = await start();
    expect((await ask('resources/subscribe', { uri: 1 })).error?.code).toBe(-32602);
    expect((await ask('logging/setLevel', { level: 'loud' })).error?.code).toBe(-32602);
    expect(asked).toEqual([]);
  });
});
