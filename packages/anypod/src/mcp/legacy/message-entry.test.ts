import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { Outlet } from '../../core/server-host.ts';
import { isPlainMessage, messageEntryOf } from '../internals/message-entry.ts';
import { watchEnds } from '../internals/request-ends.ts';
import { createRunningCalls } from '../sdk/running-calls.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { createLegacyHost } from './legacy-host.ts';

const caller = { headers: {}, url: 'http://localhost/mcp' };
const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
const record = { id: 'session', protocolVersion: '2025-06-18', initialize, createdAt: 0 };

const servers: Record<string, () => UserServer> = {
  'SDK v1': () => withEcho(new McpServerV1({ name: 'test', version: '1' })),
  'SDK v2': () => withEcho(new McpServerV2({ name: 'test', version: '1' })),
};

function withEcho<S extends UserServer>(server: S): S {
  const { registerTool } = server as unknown as {
    registerTool: (name: string, config: object, run: () => object) => void;
  };
  registerTool.call(server, 'hello', {}, () => ({ content: [{ type: 'text', text: 'hello' }] }));
  return server;
}

/** Hosts the server for a session and calls its tool. */
async function callHosted(server: UserServer, request: Partial<JsonRpcRequest> = {}): Promise<JsonRpcResponse> {
  const answered = Promise.withResolvers<JsonRpcResponse>();
  const outlet = {
    respond: (_id: number, response: JsonRpcResponse) => answered.resolve(response),
    awaits: () => false,
    closed: () => undefined,
    touched: () => undefined,
  } as unknown as Outlet;
  const host = createLegacyHost({
    build: async () => server,
    newQuestionId: () => 'q',
    bytes: 1,
    calls: createRunningCalls(),
    log: silentLog,
    meter: silentMeter,
  });
  const hosted = await host.rehydrate(record, outlet, caller);
  hosted.request(1, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hello' }, ...request }, { caller });
  const response = await answered.promise;
  await hosted.close();
  return response;
}

interface Wrappable {
  onmessage?: (message: JsonRpcMessage, extra?: unknown) => void;
}

describe.each(Object.keys(servers))('the message entry of %s', (sdk) => {
  const create = servers[sdk] as () => UserServer;

  it('is at the place where anypod expects it', () => {
    expect(messageEntryOf(create())).toBeDefined();
    expect(messageEntryOf((create() as unknown as { server: UserServer }).server)).toBeDefined();
  });

  it.each(['mcp server', 'server'])(
    'of a %s: the requests that it can abort are where anypod looks for them',
    (kind) => {
      const server = create();
      const protocol = (server as unknown as { server: UserServer }).server;
      const ended: unknown[] = [];
      watchEnds(kind === 'server' ? protocol : server, (id) => ended.push(id));
      (
        protocol as unknown as { _requestHandlerAbortControllers: Map<number, unknown> }
      )._requestHandlerAbortControllers.delete(7);
      expect(ended).toEqual([7]);
    },
  );

  it('serves a call that does not pass onmessage', async () => {
    const server = create();
    const entered: unknown[] = [];
    const protocol = (server as unknown as { server: { _onrequest(request: JsonRpcRequest, extra: unknown): void } })
      .server;
    const enter = protocol._onrequest;
    protocol._onrequest = function (request, extra) {
      entered.push(new Error().stack?.includes('onmessage'));
      enter.call(this, request, extra);
    };
    expect(await callHosted(server)).toMatchObject({ result: { content: [{ text: 'hello' }] } });
    expect(entered.at(-1)).toBe(false);
  });

  it.each(['before', 'after'])(
    'leaves every message to code that listened %s the server was connected',
    async (when) => {
      const server = create();
      const heard: string[] = [];
      const connect = server.connect.bind(server);
      server.connect = async (transport: Wrappable) => {
        if (when === 'before') transport.onmessage = (message) => heard.push((message as JsonRpcRequest).method);
        await connect(transport);
        if (when === 'before') return;
        const { onmessage } = transport;
        transport.onmessage = (message, extra) => {
          heard.push((message as JsonRpcRequest).method);
          onmessage?.(message, extra);
        };
      };
      await callHosted(server);
      expect(heard).toContain('tools/call');
    },
  );
});

it('serves a server that has no entry through onmessage', async () => {
  const server = (servers['SDK v2'] as () => McpServerV2)();
  const bare: UserServer = { connect: (transport) => server.connect(transport), close: () => server.close() };
  expect(messageEntryOf(bare)).toBeUndefined();
  expect(await callHosted(bare)).toMatchObject({ result: { content: [{ text: 'hello' }] } });
});

describe('a request', () => {
  const request = (params?: Record<string, unknown>): JsonRpcRequest => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    ...(params === undefined ? {} : { params }),
  });

  it.each([
    undefined,
    {},
    { _meta: {} },
    { _meta: { progressToken: 1 } },
    { _meta: { progressToken: 'a', traceparent: 0 } },
  ])('is plain with params %j', (params) => expect(isPlainMessage(request(params))).toBe(true));

  it.each([
    { _meta: 'text' },
    { _meta: null },
    { _meta: [] },
    { _meta: { progressToken: {} } },
    { _meta: { progressToken: 1.5 } },
    { _meta: { 'io.modelcontextprotocol/related-task': 'task' } },
  ])("is the SDK's to judge with params %j", (params) => expect(isPlainMessage(request(params))).toBe(false));
});
