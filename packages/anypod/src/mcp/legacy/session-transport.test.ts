import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../../core/caller.ts';
import type { JsonRpcMessage } from '../../core/json/json-rpc.ts';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { Outlet, Related } from '../../core/server-host.ts';
import { createServerBuilder } from '../sdk/build-server.ts';
import { createRunningCalls } from '../sdk/running-calls.ts';
import type { ServerFactory } from '../sdk/user-server.ts';
import { createLegacyHost } from './legacy-host.ts';

interface Said {
  readonly kind: keyof Outlet;
  readonly message: JsonRpcMessage;
  readonly run?: number;
  readonly related?: Related | undefined;
  readonly question?: string;
}

const caller: Caller = { headers: { 'x-team': 'blue' }, url: 'http://localhost/mcp' };
const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'client', version: '1' },
};
const record = { id: 'session', protocolVersion: '2025-06-18', initialize, createdAt: 0 };
const form = { message: 'Sure?', requestedSchema: { type: 'object' as const, properties: {} } };

/** An outlet that keeps the server's messages, and returns them as they come. */
function listenTo(): { outlet: Outlet; next: (kind: keyof Outlet) => Promise<Said> } {
  const said: Said[] = [];
  const waiting = new Map<keyof Outlet, (said: Said) => void>();
  const hear = (one: Said) => {
    const resolve = waiting.get(one.kind);
    if (resolve === undefined) said.push(one);
    else resolve(one);
    waiting.delete(one.kind);
  };
  return {
    outlet: {
      respond: (run, message) => hear({ kind: 'respond', message, run }),
      ask: async (question, message, related) => hear({ kind: 'ask', message, related, question }),
      withdraw: async (question, message, related) => hear({ kind: 'withdraw', message, related, question }),
      notify: async (message, related) => hear({ kind: 'notify', message, related }),
      awaits: () => false,
      closed: () => undefined,
      touched: () => undefined,
    },
    next(kind) {
      const index = said.findIndex((one) => one.kind === kind);
      const [found] = index < 0 ? [] : said.splice(index, 1);
      return found === undefined ? new Promise((resolve) => waiting.set(kind, resolve)) : Promise.resolve(found);
    },
  };
}

const factories: Record<string, ServerFactory> = {
  'SDK v2': () => {
    const server = new McpServerV2({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
    const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
    const noInput = z.object({});
    server.registerTool('ask', { inputSchema: noInput }, async (_input, context) => {
      return text(await context.mcpReq.elicitInput(form));
    });
    server.registerTool('give-up', { inputSchema: noInput }, async () => {
      return text(await server.server.elicitInput(form, { timeout: 20 }).catch(() => 'no answer'));
    });
    server.registerTool('team', { inputSchema: noInput }, (_input, context) => {
      return text(context.http?.req?.headers.get('x-team'));
    });
    server.registerTool('log', { inputSchema: noInput }, async () => {
      await server.server.sendLoggingMessage({ level: 'info', data: 'working' });
      server.sendToolListChanged();
      return text('logged');
    });
    return server;
  },
  'SDK v1': () => {
    const server = new McpServerV1({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
    const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
    server.registerTool('ask', {}, async () => text(await server.server.elicitInput(form)));
    server.registerTool('give-up', {}, async () => {
      return text(await server.server.elicitInput(form, { timeout: 20 }).catch(() => 'no answer'));
    });
    server.registerTool('team', {}, ({ requestInfo }) => text(requestInfo?.headers['x-team']));
    server.registerTool('log', {}, async () => {
      await server.server.sendLoggingMessage({ level: 'info', data: 'working' });
      server.sendToolListChanged();
      return text('logged');
    });
    return server;
  },
};

it('does not relate a message that a handler sends through the server of another session to its own request', async () => {
  const calls = createRunningCalls();
  const servers: McpServerV2[] = [];
  const build = async () => {
    const server = new McpServerV2({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
    server.registerTool('tell', { inputSchema: z.object({}) }, async () => {
      await servers[1]?.server.sendLoggingMessage({ level: 'info', data: 'to the other' });
      return { content: [{ type: 'text', text: calls.current()?.tool ?? 'nobody' }] };
    });
    servers.push(server);
    return server;
  };
  const host = createLegacyHost({
    build,
    newQuestionId: () => 'q',
    bytes: 1,
    calls,
    log: silentLog,
    meter: silentMeter,
  });
  const [one, other] = [listenTo(), listenTo()];
  const server = await host.rehydrate(record, one.outlet, caller);
  await host.rehydrate({ ...record, id: 'other' }, other.outlet, caller);
  server.request(1, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'tell' } }, { caller });
  expect((await other.next('notify')).related).toBeUndefined();
  expect(JSON.stringify((await one.next('respond')).message)).toContain('"tell"');
});

describe.each(Object.keys(factories))('a hosted server of %s', (sdk) => {
  async function host() {
    const createServer = factories[sdk] as ServerFactory;
    let questions = 0;
    const newQuestionId = () => `pod-${++questions}`;
    const { outlet, next } = listenTo();
    const server = await createLegacyHost({
      build: createServerBuilder(createServer, 1000),
      newQuestionId,
      bytes: 1,
      calls: createRunningCalls(),
      log: silentLog,
      meter: silentMeter,
    }).rehydrate(record, outlet, caller);
    const call = (run: number, name: string) => {
      const params = { name, arguments: {} };
      server.request(run, { jsonrpc: '2.0', id: 'id', method: 'tools/call', params }, { caller });
    };
    return { server, next, call };
  }

  it('asks with a shared id, for the request that it did not name, and gets the answer', async () => {
    const { server, next, call } = await host();
    call(7, 'ask');
    const asked = await next('ask');
    expect(asked).toMatchObject({
      question: 'pod-1',
      related: { run: 7, named: false },
      message: { id: 'pod-1', method: 'elicitation/create' },
    });
    server.deliver({ jsonrpc: '2.0', id: 'pod-9', result: { action: 'accept' } }, { caller });
    server.deliver({ jsonrpc: '2.0', id: 'pod-1', result: { action: 'decline' } }, { caller });
    const { message, run } = await next('respond');
    expect(run).toBe(7);
    expect(JSON.stringify(message)).toContain('decline');
    await server.close();
  });

  it('withdraws a question with its shared id', async () => {
    const { server, next, call } = await host();
    call(1, 'give-up');
    await next('ask');
    expect(await next('withdraw')).toMatchObject({
      question: 'pod-1',
      related: { run: 1, named: false },
      message: { method: 'notifications/cancelled', params: { requestId: 'pod-1' } },
    });
    await next('respond');
    await server.close();
  });

  it('sees the headers of the HTTP request', async () => {
    const { server, next, call } = await host();
    call(1, 'team');
    expect(JSON.stringify((await next('respond')).message)).toContain('blue');
    await server.close();
  });

  it('sends log messages to the running request, and changes to the session', async () => {
    const { server, next, call } = await host();
    call(3, 'log');
    expect(await next('notify')).toMatchObject({ related: { run: 3 }, message: { method: 'notifications/message' } });
    const changed = await next('notify');
    expect(changed.message).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(changed.related).toBeUndefined();
    await server.close();
  });

  it('stops a cancelled request without an answer', async () => {
    const { server, next, call } = await host();
    call(1, 'ask');
    await next('ask');
    server.abort(1, undefined);
    call(2, 'team');
    expect((await next('respond')).run).toBe(2);
    await server.close();
  });
});
