import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
import { createMemoryStore } from './memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'client', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const LISTEN = { notifications: { toolsListChanged: true } };

const INFO = { name: 'test', version: '1' };
const OPTIONS = { capabilities: { tools: { listChanged: true } } };
const hello = () => ({ content: [{ type: 'text' as const, text: 'hello' }] });

/** Makes a server with one tool. */
const makers: Record<string, () => McpServer> = {
  v1: () => {
    const server = new McpServerV1(INFO, OPTIONS);
    server.registerTool('hello', { inputSchema: {} }, hello);
    return server as unknown as McpServer;
  },
  v2: () => {
    const server = new McpServer(INFO, OPTIONS);
    server.registerTool('hello', { inputSchema: z.object({}) }, hello);
    return server;
  },
};

/** What a factory may do wrong once it serves. */
function faultsOf(makeServer: () => McpServer): Record<string, () => unknown> {
  const shared = makeServer();
  return {
    throws: () => {
      throw new Error('a secret of the operator');
    },
    'throws undefined': () => {
      throw undefined;
    },
    rejects: () => Promise.reject(new Error('a secret of the operator')),
    'returns nothing': () => undefined,
    'returns an object': () => ({}),
    'returns what connects and never answers': () => ({ connect: async () => undefined, close: async () => undefined }),
    'returns one server again and again': () => shared,
    'returns a frozen server': () =>
      Object.freeze(Object.assign(makeServer(), { connect: () => Promise.reject(new Error('x')) })),
    'never settles': () => new Promise(() => undefined),
  };
}

const cases = Object.entries(makers).flatMap(([sdk, makeServer]) =>
  Object.entries(faultsOf(makeServer)).map(([name, fault]) => ({ sdk, makeServer, name, fault })),
);

describe.each(cases)('a factory of SDK $sdk that $name', ({ makeServer, name, fault }) => {
  const pods: Anypod[] = [];
  afterEach(async () => void (await Promise.all(pods.splice(0).map((pod) => pod.close()))));

  /** Two pods. Their factory has the fault while `broken` is set. */
  async function start(options: Partial<AnypodOptions> = {}) {
    const state = { broken: false };
    const store = createMemoryStore();
    const createServer = () => (state.broken ? (fault() as McpServer) : makeServer());
    // `build-server.test.ts` tests the deadline itself; here the other faults get all the time that they need.
    const factoryTimeoutMs = name === 'never settles' ? 50 : 10_000;
    const given = {
      createServer,
      store,
      secrets: ['a secret of at least thirty-two bytes'],
      factoryTimeoutMs,
      ...options,
    };
    pods.push(await createAnypod(given), await createAnypod(given));
    // A server that was returned before is recognised.
    if (name.startsWith('returns one'))
      await createAnypod({ ...given, createServer: makeServer }).then((pod) => pods.push(pod));
    return { state, one: pods[0] as Anypod, two: pods[1] as Anypod };
  }

  async function post(pod: Anypod, method: string, params: object, headers: Record<string, string> = {}) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method, params });
    const response = await pod.fetch(
      new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }),
    );
    return { status: response.status, session: response.headers.get('mcp-session-id'), text: await response.text() };
  }

  const call = { name: 'hello', arguments: {} };
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const modern = (pod: Anypod, method: string, params: object = call) => {
    const named: Record<string, string> = method === 'tools/call' ? { 'mcp-name': 'hello' } : {};
    const headers = { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...named };
    return post(pod, method, { ...params, _meta: META }, headers);
  };

  function expectFailure({ status, text }: { status: number; text: string }): void {
    expect(status).toBe(500);
    const { id, error } = JSON.parse(text) as { id: unknown; error: { code: number; message: string; data: unknown } };
    expect({ id, code: error.code, data: error.data }).toEqual({
      id: 7,
      code: -32603,
      data: { reason: 'factory_failed' },
    });
    expect(error.message).toMatch(/factory|server/i);
    expect(text).not.toContain('secret of the operator');
  }

  it('fails the session that needed it, and no other [host.factory.fails]', async () => {
    const { state, one, two } = await start();
    const { session } = await post(one, 'initialize', initialize);
    const headers = { 'mcp-session-id': session ?? '' };
    state.broken = true;
    // The first use of a shared server works.
    if (name.startsWith('returns one')) await post(two, 'initialize', initialize);
    expectFailure(await post(two, 'initialize', initialize));
    expectFailure(await post(two, 'tools/call', call, headers));
    expect((await post(one, 'tools/call', call, headers)).text).toContain('hello');
    state.broken = false;
    expect((await post(two, 'tools/call', call, headers)).text).toContain('hello');
    expect((await post(two, 'initialize', initialize)).status).toBe(200);
    await vi.waitFor(() => expect(two.busy).toBe(0), 30_000);
  });

  it.each([
    ['a server for each request', {}],
    ['servers that are used again', { reuse: 'all' }],
    ['tools that are guarded', { retryTools: ['hello'] }],
  ] as const)(
    'fails the request of 2026-07-28 that needed it, with %s [host.factory.fails]',
    async (_what, options) => {
      const { state, one } = await start(options);
      state.broken = true;
      if (name.startsWith('returns one')) await modern(one, 'tools/list', {});
      expectFailure(await modern(one, 'tools/call'));
      // A listener's server is asked what it offers, but never connected.
      if (!name.includes('frozen')) expectFailure(await modern(one, 'subscriptions/listen', LISTEN));
      state.broken = false;
      expect((await modern(one, 'tools/call')).text).toContain('hello');
      await vi.waitFor(() => expect(one.busy).toBe(0), 30_000);
    },
  );
});

describe('a factory that fails at the start', () => {
  it.each<[string, () => unknown, string]>([
    ['undefined', () => Promise.reject(), 'The server factory failed: undefined was thrown'],
    ['a string', () => Promise.reject('no database today'), 'The server factory failed: no database today'],
    [
      'a frozen error',
      () => Promise.reject(Object.freeze(new Error('cold'))),
      'The server factory failed: Error: cold',
    ],
  ])('with %s is refused with a sentence', async (_what, createServer, message) => {
    const starting = createAnypod({ createServer: createServer as () => McpServer });
    await expect(starting).rejects.toMatchObject({ code: 'factory_failed', message });
  });
});
