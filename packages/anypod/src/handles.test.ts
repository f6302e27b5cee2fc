import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
import type { AuthInfo } from './core/caller.ts';
import type { ModuleContext } from './mcp/sdk/user-server.ts';
import { createMemoryStore } from './memory/index.ts';

const SECRETS = ['a-secret-that-only-tests-may-use-0123456789'];
const input = z.object({ id: z.string().optional(), item: z.string().optional() });

function createServer({ state, session }: ModuleContext): McpServer {
  const server = new McpServer({ name: 'test', version: '1' });
  const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value ?? null) }] });
  server.registerTool('make', { inputSchema: input }, async () => text(await state.create({ items: [] })));
  server.registerTool('put', { inputSchema: input }, async ({ id = '', item = '' }) => {
    const handle = await state.open(id);
    return text(await handle?.update<string[]>('items', (items = []) => [...items, item]));
  });
  server.registerTool('drop', { inputSchema: input }, async ({ id = '' }) => text(await state.delete(id)));
  server.registerTool('session', { inputSchema: input }, async () => text(session === undefined ? 'none' : 'one'));
  return server;
}

const person = (sub: string): AuthInfo => ({
  token: `token of ${sub}`,
  clientId: 'app',
  scopes: ['use'],
  extra: { iss: 'https://issuer.example', sub },
});
const ann = person('ann');
const bob = person('bob');

const pods: Anypod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
});

async function start(options: Partial<AnypodOptions> = {}, limits: object = {}): Promise<Anypod[]> {
  const store = createMemoryStore(limits);
  for (const _ of [1, 2]) pods.push(await createAnypod({ createServer, store, secrets: SECRETS, ...options }));
  return pods;
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

function post(pod: Anypod, body: object, headers: object, authInfo: AuthInfo | undefined): Promise<Response> {
  const init = {
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...body }),
  };
  return pod.fetch(new Request('http://localhost/mcp', init), authInfo === undefined ? {} : { authInfo });
}

async function resultOf(response: Response): Promise<unknown> {
  const { result } = (await response.json()) as { result: { content: { text: string }[]; isError?: boolean } };
  const text = result.content[0]?.text ?? '';
  return result.isError === true ? text : JSON.parse(text);
}

type Args = Record<string, unknown>;

async function modern(pod: Anypod | undefined, auth: AuthInfo | undefined, name: string, args: Args = {}) {
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
  const body = { id: 1, method: 'tools/call', params: { name, arguments: args, _meta: META } };
  return resultOf(await post(pod as Anypod, body, headers, auth));
}

async function openSession(pod: Anypod | undefined, auth: AuthInfo | undefined) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await post(pod as Anypod, { id: 0, method: 'initialize', params }, {}, auth);
  const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  return async (on: Anypod | undefined, name: string, args: Args = {}) =>
    resultOf(
      await post(on as Anypod, { id: 1, method: 'tools/call', params: { name, arguments: args } }, headers, auth),
    );
}

describe.each([undefined, 'principal', 'all'] as const)('a handle, where servers are reused by %s', (reuse) => {
  const options = reuse === undefined ? {} : { reuse };

  it('belongs to the principal that made it, in every revision and on every pod [state.handles]', async () => {
    const [one, two] = await start(options);
    const id = await modern(one, ann, 'make');
    expect(await modern(two, ann, 'put', { id, item: 'apple' })).toEqual(['apple']);
    const annsSession = await openSession(one, ann);
    expect(await annsSession(two, 'put', { id, item: 'pear' })).toEqual(['apple', 'pear']);
    for (const auth of [bob, undefined]) {
      expect(await modern(one, auth, 'put', { id, item: 'x' })).toBeNull();
      expect(await modern(two, auth, 'drop', { id })).toBe(false);
      expect(await (await openSession(two, auth))(one, 'put', { id, item: 'x' })).toBeNull();
    }
    const fromSession = await annsSession(one, 'make');
    expect(await modern(two, bob, 'put', { id: fromSession, item: 'x' })).toBeNull();
    expect(await modern(two, ann, 'put', { id: fromSession, item: 'plum' })).toEqual(['plum']);
    expect(await modern(one, ann, 'drop', { id })).toBe(true);
    expect(await modern(two, ann, 'put', { id, item: 'x' })).toBeNull();
  });

  it('belongs to whoever knows its id, if an anonymous caller made it [state.handles]', async () => {
    const [one, two] = await start(options);
    const id = await modern(one, undefined, 'make');
    expect(await modern(two, undefined, 'put', { id, item: 'apple' })).toEqual(['apple']);
    expect(await (await openSession(one, undefined))(two, 'put', { id, item: 'pear' })).toEqual(['apple', 'pear']);
    expect(await modern(two, ann, 'put', { id, item: 'x' })).toBeNull();
  });
});

it('says that a principal has too many handles, and leaves others theirs [state.handles]', async () => {
  const [one, two] = await start({}, { handleLimit: 2 });
  const first = await modern(one, ann, 'make');
  await modern(two, ann, 'make');
  expect(await modern(one, ann, 'make')).toMatch(/too many handles\. Delete some, wait .* ANYPOD_HANDLES/);
  expect(await modern(one, bob, 'make')).toMatch(/^[\w-]{22}$/);
  expect(await modern(one, ann, 'drop', { id: first })).toBe(true);
  expect(await modern(one, ann, 'make')).toMatch(/^[\w-]{22}$/);
});

it('gives a session to the factory of a session only', async () => {
  const [one, two] = await start();
  expect(await modern(one, ann, 'session')).toBe('none');
  expect(await (await openSession(one, ann))(two, 'session')).toBe('one');
});
