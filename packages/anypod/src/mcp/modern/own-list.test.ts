import * as sdk from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { departureOf } from '../../core/departure.ts';
import { silentWatch } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import type { Change } from '../../core/store/change-log.ts';
import { modernOptions } from './modern-options.fixture.ts';
import { createModernServers, type ModernServers } from './modern-servers.ts';

const META = 'io.modelcontextprotocol/';
const listChanged = { listChanged: true };
const capabilities = { tools: listChanged, prompts: listChanged, resources: listChanged };
const EMPTY = {
  tools: [],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  ttlMs: 0,
  cacheScope: 'private' as const,
};
const LISTS = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const;

/** Opens when a test lets the lists be answered. */
let gate: Promise<void> | undefined;
/** Work that a call leaves for later. */
let left: () => Promise<void> = async () => undefined;

function createServer(): sdk.McpServer {
  const mcp = new sdk.McpServer({ name: 'test', version: '1' }, { capabilities });
  const { server } = mcp;
  const announceAll = async () => {
    await server.sendToolListChanged();
    await server.sendPromptListChanged();
    await server.sendResourceListChanged();
  };
  for (const method of LISTS) {
    server.setRequestHandler(method, async () => {
      await announceAll();
      await gate;
      return EMPTY;
    });
  }
  server.setRequestHandler('tools/call', async ({ params }) => {
    if (params.name === 'announce') await announceAll();
    else left = announceAll;
    return { content: [] };
  });
  return mcp;
}

const cleanUp: ModernServers[] = [];
afterEach(async () => {
  gate = undefined;
  for (const servers of cleanUp.splice(0)) await servers.stopCalls();
});

function start(reuse: boolean) {
  const published: string[] = [];
  const servers = createModernServers({
    ...modernOptions(createServer, reuse),
    bus: {
      publish: ({ kind }: Change) => void published.push(kind),
      subscribe: () => () => undefined,
      deliver: () => undefined,
    },
  });
  cleanUp.push(servers);
  async function ask(method: string, name?: string): Promise<void> {
    const _meta = {
      [`${META}protocolVersion`]: '2026-07-28',
      [`${META}clientInfo`]: { name: 'test', version: '1' },
      [`${META}clientCapabilities`]: {},
    };
    const params = name === undefined ? { _meta } : { name, arguments: {}, _meta };
    const answered = Promise.withResolvers<number>();
    const reply = {
      watch: silentWatch,
      json: (status: number) => answered.resolve(status),
      empty: (status: number) => answered.resolve(status),
      response: ({ status }: Response) => answered.resolve(status),
      stream: () => Promise.reject(new Error('not used')),
    } as unknown as WebReply;
    const headers = {
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
    };
    const body = { jsonrpc: '2.0' as const, id: 1, method, params };
    const signal = new AbortController().signal;
    await servers.call({
      body,
      caller: { headers, url: 'http://localhost/mcp' },
      reply,
      departure: departureOf(() => signal),
    });
    expect(await answered.promise).toBe(200);
  }
  return { ask, published };
}

const ALL = ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed'];
const without = (method: string) => ALL.filter((kind) => !kind.startsWith(method.split('/')[0] ?? ''));

describe.each([false, true])('a 2026-07-28 server that announces changes of all lists; reused: %j', (reuse) => {
  it.each(LISTS)('does not announce the list that it is answering: %s [change.of-own-list]', async (method) => {
    const { ask, published } = start(reuse);
    await ask(method);
    expect(published).toEqual(without(method));
  });

  it('announces the changes of another call at the same time [change.of-own-list]', async () => {
    const { ask, published } = start(reuse);
    const opened = Promise.withResolvers<void>();
    gate = opened.promise;
    const list = ask('tools/list');
    await expect.poll(() => published).toEqual(without('tools/list'));
    await ask('tools/call', 'announce');
    expect(published).toEqual([...without('tools/list'), ...ALL]);
    opened.resolve();
    await list;
    expect(published).toEqual([...without('tools/list'), ...ALL]);
  });
});

it('a reused server passes on what its earlier call announces while it answers a list [change.of-own-list]', async () => {
  const { ask, published } = start(true);
  await ask('tools/call', 'leave');
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  const list = ask('tools/list');
  await expect.poll(() => published).toEqual(without('tools/list'));
  await left();
  expect(published).toEqual([...without('tools/list'), ...ALL]);
  opened.resolve();
  await list;
});
