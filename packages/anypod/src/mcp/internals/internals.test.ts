/** Everything that anypod knows about the internals of the SDKs, on the oldest and the newest SDK of both generations. */
import { McpServer as V1Newest } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as v2Newest from '@modelcontextprotocol/server';
import { McpServer as V1Oldest } from 'sdk-v1-oldest/server/mcp.js';
import * as v2Oldest from 'server-v2-oldest';
import { afterEach, describe, expect, it } from 'vitest';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { prepareSdk } from '../sdk/load-sdk.ts';
import { memoizeSchemas } from '../sdk/schema-memo.ts';
import type { ServerSdk } from '../sdk/sdk.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { messageEntryOf } from './message-entry.ts';
import { forgetClient, type Protocol } from './protocol.ts';
import { listingOf, registeredToolsOf } from './registered-tools.ts';

type NewServer = new (info: { name: string; version: string }) => UserServer;

interface Generation {
  readonly McpServer: NewServer;
  readonly sdk?: ServerSdk;
}

const asSdk = (module: unknown) => prepareSdk(module as ServerSdk) as ServerSdk;
const sdks: Readonly<Record<string, Generation>> = {
  'v1 1.10.2': { McpServer: V1Oldest as unknown as NewServer },
  'v1 newest': { McpServer: V1Newest as unknown as NewServer },
  'v2 2.0.0': { McpServer: v2Oldest.McpServer as unknown as NewServer, sdk: asSdk(v2Oldest) },
  'v2 newest': { McpServer: v2Newest.McpServer as unknown as NewServer, sdk: asSdk(v2Newest) },
};

/** A server with one tool, registered in a way that every version of the SDK accepts. */
function serverOf({ McpServer }: Generation): UserServer {
  const server = new McpServer({ name: 'test', version: '1' }) as UserServer & Record<string, unknown>;
  const run = () => ({ content: [{ type: 'text', text: 'hello' }] });
  const register = server['registerTool'] as ((name: string, config: object, run: () => object) => void) | undefined;
  const tool = server['tool'] as (name: string, run: () => object) => void;
  if (register === undefined) tool.call(server, 'hello', run);
  else register.call(server, 'hello', {}, run);
  return server;
}

/** Removes the SDKs' private members from a server, as in a version that no longer has them. */
function withoutPrivates(server: UserServer): UserServer {
  const bare = { connect: server.connect.bind(server), close: server.close.bind(server) };
  return Object.assign(Object.create(Object.getPrototypeOf(server) as object) as UserServer, bare);
}

/** Hides from anypod where a server of SDK v2 keeps its revision, so that the SDK's own handler must serve 2026-07-28. */
function withoutModernEra(server: UserServer, onLook: () => void): UserServer {
  const { server: protocol } = server as unknown as { server: object };
  const hiding = new Proxy(protocol, {
    has(target, member) {
      if (member !== '_negotiatedProtocolVersion') return Reflect.has(target, member);
      onLook();
      return false;
    },
  });
  return Object.assign(server, { server: hiding });
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const MODERN = {
  [VERSION]: '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
};

async function post(pod: Anypod, message: object, headers: object = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }));
}

async function openSession(pod: Anypod): Promise<object> {
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await post(pod, { id: 0, method: 'initialize', params });
  return { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
}

interface Result {
  readonly content?: unknown;
  readonly inputRequests?: unknown;
  readonly requestState?: unknown;
}

const pods: Anypod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
});

async function start({ sdk }: Pick<Generation, 'sdk'>, createServer: () => UserServer): Promise<Anypod> {
  const pod = await createAnypod({ createServer, ...(sdk === undefined ? {} : { sdk, reuse: 'all' }) });
  pods.push(pod);
  return pod;
}

describe.each(Object.entries(sdks))('SDK %s', (_name, generation) => {
  it('has every private member at the place where anypod expects it', () => {
    const server = serverOf(generation);
    expect(messageEntryOf(server)).toBeDefined();
    expect(Object.keys(registeredToolsOf(server))).toEqual(['hello']);
    expect(listingOf(server) === undefined).toBe(generation.sdk === undefined);
    expect(forgetClient(server)).toBe(true);
  });

  it.each([
    ['with its private members', (server: UserServer) => server],
    ['without them', withoutPrivates],
  ])('serves a session %s, call by call', async (_case, change) => {
    const pod = await start(generation, () => change(serverOf(generation)));
    const session = await openSession(pod);
    for (const id of [1, 2]) {
      const listed = await (await post(pod, { id, method: 'tools/list', params: {} }, session)).json();
      expect(listed).toMatchObject({ id, result: { tools: [{ name: 'hello' }] } });
      const called = await post(pod, { id, method: 'tools/call', params: { name: 'hello' } }, session);
      expect(await called.json()).toMatchObject({ id, result: { content: [{ text: 'hello' }] } });
    }
  });
});

/** A server of SDK v2 as it is, and without what anypod knows of its revision. */
const ERAS: readonly [string, (server: UserServer, onLook: () => void) => UserServer][] = [
  ['with its private members', (server) => server],
  ['without them', withoutModernEra],
];

describe.each(Object.entries(sdks).filter(([, { sdk }]) => sdk !== undefined))('SDK %s', (_name, generation) => {
  it.each(ERAS)('serves 2026-07-28 %s, again and again with one server', async (what, change) => {
    let looks = 0;
    const pod = await start(generation, () => change(serverOf(generation), () => (looks += 1)));
    for (const id of [1, 2]) {
      const params = { name: 'hello', _meta: MODERN };
      const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'hello' };
      const called = await post(pod, { id, method: 'tools/call', params }, headers);
      expect(await called.json()).toMatchObject({ id, result: { content: [{ text: 'hello' }] } });
    }
    expect(looks > 0).toBe(what === 'without them');
  });
});

it.each(Object.entries(sdks).flatMap(([name, one]) => ERAS.map(([what, change]) => ({ name, what, change, ...one }))))(
  'SDK $name $what asks a client of 2026-07-28, also through another copy of SDK v2',
  async ({ change, ...generation }) => {
    const createServer = () => {
      const server = serverOf(generation) as UserServer & Record<string, unknown>;
      const { server: asker } = server as unknown as { server: { listRoots(): Promise<{ roots: { uri: string }[] }> } };
      const run = async () => ({ content: [{ type: 'text', text: (await asker.listRoots()).roots[0]?.uri }] });
      if (server['registerTool'] === undefined)
        (server['tool'] as (...args: unknown[]) => void).call(server, 'ask', run);
      else (server['registerTool'] as (...args: unknown[]) => void).call(server, 'ask', {}, run);
      return generation.sdk === undefined ? server : change(server, () => undefined);
    };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'ask' };
    const _meta = { ...MODERN, 'io.modelcontextprotocol/clientCapabilities': { roots: {} } };
    for (const sdk of new Set([generation.sdk, asSdk(v2Newest)])) {
      const pod = await start(sdk === undefined ? {} : { sdk }, createServer);
      const call = async (more: object) => {
        const params = { name: 'ask', arguments: {}, _meta, ...more };
        return (await (await post(pod, { id: 1, method: 'tools/call', params }, headers)).json()) as { result: Result };
      };
      const { result } = await call({});
      expect(result.inputRequests).toEqual({ 1: { method: 'roots/list' } });
      const inputResponses = { 1: { roots: [{ uri: 'file:///a' }] } };
      const answered = await call({ requestState: result.requestState, inputResponses });
      expect(answered.result.content).toEqual([{ type: 'text', text: 'file:///a' }]);
    }
  },
);

describe.each(Object.entries(sdks))('SDK %s', (_name, generation) => {
  const unreadable = () => new Proxy(new Error(), { get: () => never() });
  function never(): never {
    throw unreadable();
  }

  it.each([
    [
      'an error of which nothing can be read',
      unreadable,
      {},
      'The handler of tool "hello" threw something without a message.',
    ],
    [
      'undefined, with an onerror that throws',
      () => undefined,
      { onerror: never },
      'The handler of tool "hello" threw something without a message.',
    ],
    ['a text', () => 'no luck', {}, 'The handler of tool "hello" threw a text: no luck'],
  ])('leaves no rejection behind where a handler throws %s', async (_what, thrown, members, message) => {
    const pod = await start(generation, () => {
      const server = serverOf(generation) as UserServer & { server: Protocol };
      Object.assign(server.server, members);
      const handlers = server.server._requestHandlers as Map<string, unknown>;
      handlers.set('tools/call', () => Promise.reject(thrown()));
      return server;
    });
    const rejected: unknown[] = [];
    const note = (reason: unknown) => rejected.push(reason);
    process.on('unhandledRejection', note);
    const params = { name: 'hello' };
    const called = await post(pod, { id: 1, method: 'tools/call', params }, await openSession(pod));
    expect(await called.json()).toMatchObject({ id: 1, error: { code: -32_603, message } });
    // Node tells of rejections before it runs immediates.
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(rejected).toHaveLength(0);
  });
});

it('knows nothing about a server that has none of the members, and does not change it', () => {
  const stranger = { connect: async () => undefined, close: async () => undefined };
  memoizeSchemas(stranger);
  expect(messageEntryOf(stranger)).toBeUndefined();
  expect(registeredToolsOf(stranger)).toEqual({});
  expect(listingOf(stranger)).toBeUndefined();
});
