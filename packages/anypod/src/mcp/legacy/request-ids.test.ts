import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as McpServerV2, type ServerContext } from '@modelcontextprotocol/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { Related } from '../../core/server-host.ts';
import { loadSdk, prepareSdk } from '../sdk/load-sdk.ts';
import { createRunningCalls } from '../sdk/running-calls.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { createLegacyHost } from './legacy-host.ts';
import { createRequestIds } from './request-ids.ts';

const caller = { headers: {}, url: 'http://localhost/mcp' };
const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'client', version: '1' },
};
const record = { id: 'session', protocolVersion: '2025-06-18', initialize, createdAt: 0 };

/** The arguments of a handler of either SDK that the tests use. */
interface Seen {
  readonly id: RequestId;
  readonly signal: AbortSignal;
  notify(text: string): Promise<void>;
}

type Tool = (seen: Seen, server: McpServerV1 | McpServerV2) => unknown;

const logOf = (data: string) => ({
  method: 'notifications/message' as const,
  params: { level: 'info' as const, data },
});
const resultOf = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value ?? null) }] });

/** One schema for all servers, because lists are compared by their schemas. */
const noInput = z.object({});

const SDKS: Record<string, (tool: Tool) => UserServer> = {
  'SDK v1': (tool) => {
    const server = new McpServerV1({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
    server.registerTool('tool', {}, async ({ requestId, signal, sendNotification }) =>
      resultOf(await tool({ id: requestId, signal, notify: (text) => sendNotification(logOf(text)) }, server)),
    );
    return server;
  },
  'SDK v2': (tool) => {
    const server = new McpServerV2({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
    const notify = (mcpReq: ServerContext['mcpReq']) => (text: string) => mcpReq.notify(logOf(text));
    server.registerTool('tool', { inputSchema: noInput }, async (_args, { mcpReq }) =>
      resultOf(await tool({ id: mcpReq.id, signal: mcpReq.signal, notify: notify(mcpReq) }, server)),
    );
    return server;
  },
};

/** Lists of tools are kept only if the SDK was prepared for it. */
beforeAll(async () => void prepareSdk(await loadSdk()));

describe.each(Object.keys(SDKS))('a request that a server of %s gets', (sdk) => {
  /** A server with one tool, and its messages by run. */
  async function host(tool: Tool) {
    const create = SDKS[sdk] as (tool: Tool) => UserServer;
    const responses = new Map<number, JsonRpcResponse>();
    const said: { message: JsonRpcMessage; related: Related | undefined }[] = [];
    const outlet = {
      respond: (run: number, response: JsonRpcResponse) => void responses.set(run, response),
      ask: async (_question: string, message: JsonRpcMessage, related: Related | undefined) =>
        void said.push({ message, related }),
      withdraw: async () => undefined,
      notify: async (message: JsonRpcNotification, related: Related | undefined) =>
        void said.push({ message, related }),
      awaits: (run: number) => !responses.has(run),
      closed: () => undefined,
      touched: () => undefined,
    };
    const legacy = createLegacyHost({
      build: async () => create(tool),
      calls: createRunningCalls(),
      log: silentLog,
      meter: silentMeter,
      newQuestionId: () => 'question',
      bytes: 1,
    });
    const open = () => legacy.rehydrate(record, outlet, caller);
    const server = await open();
    const ask = (run: number, id: RequestId, method: string, params: Record<string, unknown> = {}) =>
      server.request(run, { jsonrpc: '2.0', id, method, params }, { caller });
    return {
      server,
      open,
      responses,
      said,
      ask,
      call: (run: number, id: RequestId) => ask(run, id, 'tools/call', { name: 'tool', arguments: {} }),
      answer: async (run: number) => {
        await vi.waitFor(() => expect(responses.has(run)).toBe(true), 30_000);
        const content = responses.get(run)?.result?.['content'] as [{ text: string }] | undefined;
        return JSON.parse(content?.[0].text ?? '"no content"') as unknown;
      },
    };
  }

  it.each([1, 0, -7, '1', '', 'a name', 'anypod:'])('has the id of its client: %j', async (id) => {
    const { call, answer } = await host((seen) => seen.id);
    call(1, id);
    const used = await answer(1);
    if (id === 'anypod:') expect(used).not.toBe(id);
    else expect(used).toBe(id);
    call(2, id);
    expect(await answer(2)).toBe(id === 'anypod:' ? 'anypod:2' : id);
  });

  it('has another id while one with its id runs; each is answered', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let calls = 0;
    const { call, answer, responses } = await host(async ({ id }) => {
      calls += 1;
      await gates[calls - 1]?.promise;
      return id;
    });
    call(1, 1);
    await vi.waitFor(() => expect(calls).toBe(1), 30_000);
    call(2, 1);
    await vi.waitFor(() => expect(calls).toBe(2), 30_000);
    gates[1]?.resolve();
    expect(await answer(2)).not.toBe(1);
    expect(responses.has(1)).toBe(false);
    gates[0]?.resolve();
    expect(await answer(1)).toBe(1);
  });

  it.each([1, 0, ''])('is aborted by the id %j, and separately from another one with the same id', async (id) => {
    const aborted: unknown[] = [];
    let calls = 0;
    const { server, call, answer, responses } = await host(async ({ signal }) => {
      calls += 1;
      const number = calls;
      if (number === 3) return 'alive';
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      aborted.push([number, signal.reason]);
      return undefined;
    });
    call(1, id);
    call(2, id);
    await vi.waitFor(() => expect(calls).toBe(2), 30_000);
    server.abort(2, 'the second');
    await vi.waitFor(() => expect(aborted).toEqual([[2, 'the second']]), 30_000);
    server.abort(1, 'the first');
    // At once with the same id: the request that has ended does not affect the new one.
    call(3, id);
    expect(await answer(3)).toBe('alive');
    await vi.waitFor(
      () =>
        expect(aborted).toEqual([
          [2, 'the second'],
          [1, 'the first'],
        ]),
      30_000,
    );
    expect([...responses.keys()]).toEqual([3]);
  });

  it('can be named by its handler only while it runs, and never means another request that has its id now', async () => {
    const gate = Promise.withResolvers<void>();
    const outcomes: unknown[] = [];
    let calls = 0;
    const { call, answer, said } = await host(async ({ notify }) => {
      calls += 1;
      if (calls > 1) {
        gate.resolve();
        await vi.waitFor(() => expect(outcomes).toHaveLength(1), 30_000);
        return 'second';
      }
      await notify('in time');
      void gate.promise.then(() => notify('late')).catch((error: Error) => outcomes.push(error.message));
      return 'first';
    });
    call(1, 1);
    expect(await answer(1)).toBe('first');
    call(2, 1);
    expect(await answer(2)).toBe('second');
    expect(outcomes).toEqual(['No connection established for request ID: 1']);
    expect(said.map(({ related }) => related)).toEqual([{ run: 1, named: true }]);
  });

  it('is found by the async context for work that its handler started', async () => {
    const late = Promise.withResolvers<void>();
    const { call, answer, said } = await host((_seen, server) => {
      const say = () => server.server.sendLoggingMessage({ level: 'info', data: 'late' });
      void late.promise
        .then(say)
        .then(() =>
          server.server.elicitInput({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } }),
        )
        // Nobody answers, so the SDK gives up after a minute, when other tests may still run.
        .catch(() => undefined);
      return 'done';
    });
    call(5, 1);
    expect(await answer(5)).toBe('done');
    late.resolve();
    await vi.waitFor(() => expect(said).toHaveLength(2), 30_000);
    expect(said.map(({ related }) => related)).toEqual([
      { run: 5, named: false },
      { run: 5, named: false },
    ]);
  });

  it('does not become the kept list of tools that was requested with the same id and cancelled', async () => {
    const { server, open, responses, ask, call, answer } = await host(() => 'result');
    ask(1, 1, 'tools/list');
    server.abort(1, undefined);
    await new Promise(setImmediate);
    call(2, 1);
    expect(await answer(2)).toBe('result');
    const other = await open();
    other.request(3, { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }, { caller });
    await vi.waitFor(() => expect(responses.has(3)).toBe(true), 30_000);
    expect(responses.get(3)?.result).toHaveProperty('tools');
  });
});

describe('ids of requests', () => {
  it('are free again after their request', () => {
    const ids = createRequestIds();
    expect(ids.begin(1, 'x')).toBe('x');
    expect(ids.runOf('x')).toBe(1);
    expect(ids.end('x')).toBe(1);
    expect(ids.end('x')).toBeUndefined();
    expect(ids.begin(2, 'x')).toBe('x');
    expect(ids.idOf(1)).toBeUndefined();
    expect(ids.idOf(2)).toBe('x');
  });

  it('of our own never equal a client’s', () => {
    const ids = createRequestIds();
    const own = ids.begin(-1);
    expect(ids.begin(1, own)).not.toBe(own);
    expect(ids.runOf(own)).toBe(-1);
  });
});
