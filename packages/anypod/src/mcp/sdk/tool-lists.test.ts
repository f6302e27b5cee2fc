import * as sdk from '@modelcontextprotocol/server';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { ENCODED } from '../../core/json/json-rpc.ts';
import { prepareSdk } from './load-sdk.ts';
import type { ServerSdk } from './sdk.ts';
import { createToolLists } from './tool-lists.ts';

prepareSdk(sdk as unknown as ServerSdk);

const text = z.object({ text: z.string() });
const called = () => ({ content: [], structuredContent: { text: 'x' } });
const annotations = { readOnlyHint: true };

function createServer(): McpServer {
  const server = new McpServer({ name: 'lists', version: '1' });
  server.registerTool('plain', { inputSchema: text }, () => ({ content: [] }));
  server.registerTool(
    'rich',
    { title: 'Rich', description: 'ü', annotations, inputSchema: text, outputSchema: text },
    called,
  );
  server.registerTool('off', {}, () => ({ content: [] })).disable();
  return server;
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
};

async function post(pod: Anypod, message: object, headers: object = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }));
}

async function openSession(pod: Anypod, protocolVersion = '2025-11-25'): Promise<object> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await post(pod, { id: 0, method: 'initialize', params });
  return { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
}

const modernHeaders = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };

async function listed(pod: Anypod, id: number | string, session?: object): Promise<Record<string, unknown>> {
  const params = session === undefined ? { _meta: MODERN } : {};
  return (await post(pod, { id, method: 'tools/list', params }, session ?? modernHeaders)).json() as Promise<never>;
}

describe('tools/list', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });
  async function start(make: () => McpServer): Promise<Anypod> {
    const pod = await createAnypod({ createServer: make });
    open.push(pod);
    return pod;
  }

  it('is in every revision what the SDK would answer, the first time and later, each with its own id', async () => {
    const pod = await start(createServer);
    const sessions = [await openSession(pod), await openSession(pod, '2025-06-18'), undefined];
    for (const session of sessions) {
      const { result } = await listed(pod, 1, session);
      expect((result as { tools: unknown[] }).tools).toMatchObject([
        { name: 'plain', inputSchema: { type: 'object' } },
        { name: 'rich', title: 'Rich', description: 'ü', annotations, outputSchema: { type: 'object' } },
      ]);
      expect(await listed(pod, 'again', session)).toEqual({ jsonrpc: '2.0', id: 'again', result });
      expect(await listed(pod, 3, session)).toEqual({ jsonrpc: '2.0', id: 3, result });
    }
  });

  it('is answered by the module’s own handler each time, if it has one', async () => {
    let asked = 0;
    const pod = await start(() => {
      const server = createServer();
      server.server.setRequestHandler('tools/list', () => {
        asked += 1;
        return { tools: [{ name: `asked-${asked}`, inputSchema: { type: 'object' } }] };
      });
      return server;
    });
    const session = await openSession(pod);
    const before = asked;
    for (const _ of [1, 2, 3]) await listed(pod, 1, session);
    for (const _ of [1, 2, 3]) await listed(pod, 1);
    expect(asked - before).toBe(6);
  });

  it('contains what a session’s server registers, and no longer what it removes', async () => {
    const servers: McpServer[] = [];
    const pod = await start(() => {
      const server = createServer();
      servers.push(server);
      return server;
    });
    const [one, other] = [await openSession(pod), await openSession(pod)];
    const names = async (session: object) =>
      ((await listed(pod, 1, session)) as { result: { tools: { name: string }[] } }).result.tools.map(
        ({ name }) => name,
      );
    expect(await names(one)).toEqual(['plain', 'rich']);
    const mine = servers.at(-2) as McpServer;
    const added = mine.registerTool('added', {}, () => ({ content: [] }));
    expect(await names(one)).toEqual(['plain', 'rich', 'added']);
    expect(await names(other)).toEqual(['plain', 'rich']);
    added.remove();
    expect(await names(one)).toEqual(['plain', 'rich']);
  });
});

describe('lists that are kept', () => {
  const answer = () => ({ result: { tools: [] }, [ENCODED]: '"result":{"tools":[]}' });

  it('are found for all servers that offer the same', () => {
    const lists = createToolLists();
    expect(lists.find(createServer())).toBeUndefined();
    lists.keeper(createServer())(answer());
    expect(lists.find(createServer())).toEqual(answer());
  });

  const changes: Record<string, (server: McpServer) => unknown> = {
    'another tool': (server) => server.registerTool('more', {}, () => ({ content: [] })),
    'another description': (server) => server.registerTool('x', { description: 'y' }, () => ({ content: [] })),
    'another schema': (server) => server.registerTool('x', { inputSchema: z.object({}) }, () => ({ content: [] })),
    'other annotations': (server) =>
      server.registerTool('x', { annotations: { destructiveHint: true } }, () => ({ content: [] })),
    'a disabled tool': (server) => server.registerTool('x', {}, () => ({ content: [] })).disable(),
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`are not those of servers with ${name}`, () => {
      const lists = createToolLists();
      const base = createServer();
      base.registerTool('x', {}, () => ({ content: [] }));
      lists.keeper(base)(answer());
      const other = createServer();
      change(other);
      expect(lists.find(other)).toBeUndefined();
    });
  }

  it('are not found any more if annotations were changed in place', () => {
    const lists = createToolLists();
    const server = new McpServer({ name: 'lists', version: '1' });
    const own = { readOnlyHint: true };
    server.registerTool('x', { annotations: own }, () => ({ content: [] }));
    lists.keeper(server)(answer());
    expect(lists.find(server)).toBeDefined();
    own.readOnlyHint = false;
    expect(lists.find(server)).toBeUndefined();
  });

  it('are not the answer of a server that has changed while it answered', () => {
    const lists = createToolLists();
    const server = createServer();
    const keep = lists.keeper(server);
    server.registerTool('more', {}, () => ({ content: [] }));
    keep(answer());
    expect(lists.find(server)).toBeUndefined();
    expect(lists.find(createServer())).toBeUndefined();
  });

  it('are the newest, up to a bound', () => {
    const lists = createToolLists();
    const named = (name: string) => {
      const server = new McpServer({ name, version: '1' });
      server.registerTool('x', {}, () => ({ content: [] }));
      return server;
    };
    const large = () => ({ result: { tools: [] }, [ENCODED]: 'x'.repeat(3_000_000) });
    for (const name of ['a', 'b', 'c']) lists.keeper(named(name))(large());
    expect(['a', 'b', 'c'].map((name) => lists.find(named(name)) !== undefined)).toEqual([false, true, true]);
  });
});
