import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as v1 from '@modelcontextprotocol/sdk/types.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../core/caller.ts';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { HostedServer, Outlet } from '../../core/server-host.ts';
import { createRunningCalls } from '../sdk/running-calls.ts';
import { createLegacyHost } from './legacy-host.ts';

const caller: Caller = { headers: {}, url: 'http://localhost/mcp' };
const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
const record = { id: 'session', protocolVersion: '2025-06-18', initialize, createdAt: 0 };

const info = { name: 'test', version: '1' };
const listChanged = { listChanged: true };
const capabilities = { tools: listChanged, prompts: listChanged, resources: listChanged };

const LISTS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resources',
} as const;
type List = keyof typeof LISTS;

const EMPTY = { tools: [], prompts: [], resources: [], resourceTemplates: [] };

/** The handler of each list waits for its gate, if there is one, and announces that the list has changed. The only tool announces all lists. */
function handlersOf({ server }: McpServerV1 | McpServerV2, gates: Map<string, Promise<void>>) {
  const announce = {
    tools: () => server.sendToolListChanged(),
    prompts: () => server.sendPromptListChanged(),
    resources: () => server.sendResourceListChanged(),
  };
  return {
    async list(method: List) {
      await announce[LISTS[method]]();
      await gates.get(method);
      await announce[LISTS[method]]();
      return EMPTY;
    },
    async call() {
      for (const tell of Object.values(announce)) await tell();
      return { content: [] };
    },
  };
}

const factories = {
  'SDK v1': (gates: Map<string, Promise<void>>) => {
    const server = new McpServerV1(info, { capabilities });
    const { list, call } = handlersOf(server, gates);
    server.server.setRequestHandler(v1.ListToolsRequestSchema, () => list('tools/list'));
    server.server.setRequestHandler(v1.ListPromptsRequestSchema, () => list('prompts/list'));
    server.server.setRequestHandler(v1.ListResourcesRequestSchema, () => list('resources/list'));
    server.server.setRequestHandler(v1.ListResourceTemplatesRequestSchema, () => list('resources/templates/list'));
    server.server.setRequestHandler(v1.CallToolRequestSchema, call);
    return server;
  },
  'SDK v2': (gates: Map<string, Promise<void>>) => {
    const server = new McpServerV2(info, { capabilities });
    const { list, call } = handlersOf(server, gates);
    for (const method of Object.keys(LISTS) as List[]) server.server.setRequestHandler(method, () => list(method));
    server.server.setRequestHandler('tools/call', call);
    return server;
  },
};

describe.each(Object.entries(factories))('a server of %s that announces a change of a list', (_sdk, build) => {
  async function host() {
    const gates = new Map<string, Promise<void>>();
    const announced: string[] = [];
    const responded = new Map<number, PromiseWithResolvers<void>>();
    const outlet: Outlet = {
      respond: (run) => responded.get(run)?.resolve(),
      ask: async () => undefined,
      withdraw: async () => undefined,
      notify: async ({ method }) => void announced.push(method),
      awaits: () => true,
      closed: () => undefined,
      touched: () => undefined,
    };
    const options = {
      build: async () => build(gates),
      calls: createRunningCalls(),
      newQuestionId: () => '',
      bytes: 1,
      log: silentLog,
      meter: silentMeter,
    };
    const server: HostedServer = await createLegacyHost(options).rehydrate(record, outlet, caller);
    let last = 0;
    const ask = (method: string, params: Record<string, unknown> = {}) => {
      const done = Promise.withResolvers<void>();
      responded.set(++last, done);
      server.request(last, { jsonrpc: '2.0', id: last, method, params }, { caller });
      return done.promise;
    };
    return { server, ask, announced, gates };
  }

  const ALL = ['tools', 'prompts', 'resources'].map((list) => `notifications/${list}/list_changed`);

  it('tells no client while it answers that list [change.of-own-list]', async () => {
    const { server, ask, announced } = await host();
    for (const method of Object.keys(LISTS)) await ask(method);
    expect(announced).toEqual([]);
    await ask('tools/call', { name: 'any', arguments: {} });
    expect(announced).toEqual(ALL);
    await server.close();
  });

  it('announces the changes of another call at the same time [change.of-own-list]', async () => {
    const { server, ask, announced, gates } = await host();
    const gate = Promise.withResolvers<void>();
    for (const method of Object.keys(LISTS)) gates.set(method, gate.promise);
    const lists = Object.keys(LISTS).map((method) => ask(method));
    await ask('tools/call', { name: 'any', arguments: {} });
    expect(announced).toEqual(ALL);
    gate.resolve();
    await Promise.all(lists);
    expect(announced).toEqual(ALL);
    await server.close();
  });

  it('announces the change if the request for the list was cancelled [change.of-own-list]', async () => {
    const { server, ask, announced, gates } = await host();
    const gate = Promise.withResolvers<void>();
    gates.set('tools/list', gate.promise);
    void ask('tools/list');
    server.abort(1, undefined);
    gate.resolve();
    await expect.poll(() => announced).toContain(ALL[0]);
    await server.close();
  });
});
