import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from './anypod.ts';
import { AnypodError } from './core/errors.ts';
import { silentMeter } from './core/meter.ts';
import { createMemoryStore } from './memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'client', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A pod whose meter records how requests end, and whose store can be made unavailable. */
async function start() {
  const outcomes: string[] = [];
  const streams = { open: 0 };
  const gate = Promise.withResolvers<void>();
  const store = createMemoryStore();
  const state = { away: false, broken: false };
  const create: typeof store.sessions.create = async (record, pod) => {
    if (state.away) throw new AnypodError('store_unavailable', 'away');
    await store.sessions.create(record, pod);
  };
  const meter = {
    ...silentMeter,
    requestEnded: (method: string, era: string, outcome: string) => void outcomes.push(`${era} ${method} ${outcome}`),
    streamOpened: () => void streams.open++,
    streamClosed: () => void streams.open--,
  };
  function createServer(): McpServer {
    if (state.broken) throw new Error('broken');
    const server = new McpServer({ name: 'test', version: '1' });
    const inputSchema = z.object({});
    server.registerTool('fail', { inputSchema }, async (_input, context) => {
      const { progressToken } = context.mcpReq._meta ?? {};
      if (progressToken !== undefined) {
        await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      }
      return { isError: true, content: [] };
    });
    server.registerTool('wait', { inputSchema }, async () => {
      await gate.promise;
      return { content: [] };
    });
    return server;
  }
  const pod = await createAnypod({
    createServer,
    store: { ...store, sessions: { ...store.sessions, create } },
    secrets: ['a secret of at least thirty-two bytes'],
    upgradeAfterMs: 0,
    retryTools: ['fail'],
    meter,
  });
  return { pod, outcomes, streams, state, gate };
}

function post(pod: Anypod, message: object, headers = {}, signal = new AbortController().signal): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  const options = { method: 'POST', headers: { ...HEADERS, ...headers }, body, signal };
  return pod.fetch(new Request('http://localhost/mcp', options));
}

function initialize(pod: Anypod, params: object = {}): Promise<Response> {
  const whole = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' }, ...params };
  return post(pod, { method: 'initialize', params: whole });
}

function callModern(pod: Anypod, name: string, meta = {}, more = {}, signal?: AbortSignal): Promise<Response> {
  const headers = { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': name };
  const params = { name, arguments: {}, _meta: { ...META, ...meta }, ...more };
  return post(pod, { method: 'tools/call', params }, headers, signal);
}

describe('how a request ends', () => {
  let set: Awaited<ReturnType<typeof start>>;
  const open: Anypod[] = [];
  const begin = async () => {
    set = await start();
    open.push(set.pod);
    return set;
  };
  afterEach(async () => {
    set.gate.resolve();
    await Promise.all(open.splice(0).map((pod) => pod.close()));
    expect(set.streams.open).toBe(0);
  });

  async function openSession(): Promise<Record<string, string>> {
    const id = (await initialize(set.pod)).headers.get('mcp-session-id') ?? '';
    set.outcomes.length = 0;
    return { 'mcp-session-id': id };
  }

  it('is refused before its method is read', async () => {
    const { pod, outcomes } = await begin();
    await post(pod, {}, { origin: 'http://elsewhere.example' });
    await pod.fetch(new Request('http://localhost/mcp', { method: 'PUT', body: '{}' }));
    expect(outcomes).toEqual(['unknown  refused', 'unknown  refused']);
  });

  it('is an error of JSON-RPC where initialize is not understood', async () => {
    const { pod, outcomes } = await begin();
    await initialize(pod, { protocolVersion: 7 });
    expect(outcomes).toEqual(['legacy initialize rpc_error']);
  });

  it('is unavailable while the store is away, and failed where the server cannot be built', async () => {
    const { pod, outcomes, state } = await begin();
    state.away = true;
    expect((await initialize(pod)).status).toBe(503);
    state.broken = true;
    expect((await initialize(pod)).status).toBe(500);
    expect(outcomes).toEqual(['legacy initialize unavailable', 'legacy initialize failed']);
  });

  it('is ok with the result on a stream, whoever still reads it', async () => {
    const { pod, outcomes, gate } = await begin();
    const session = await openSession();
    const call = await post(pod, { method: 'tools/call', params: { name: 'wait', arguments: {} } }, session);
    await call.body?.cancel();
    expect(outcomes).toEqual([]);
    gate.resolve();
    await vi.waitFor(() => expect(outcomes).toEqual(['legacy tools/call ok']), 30_000);
  });

  it('is cancelled where the client says so', async () => {
    const { pod, outcomes } = await begin();
    const session = await openSession();
    const call = await post(pod, { id: 7, method: 'tools/call', params: { name: 'wait', arguments: {} } }, session);
    const cancel = { id: undefined, method: 'notifications/cancelled', params: { requestId: 7 } };
    expect((await post(pod, cancel, session)).status).toBe(202);
    await call.text();
    expect(outcomes).toEqual(['legacy tools/call cancelled', 'legacy notifications/cancelled ok']);
  });

  it('is an error of JSON-RPC where the session ends meanwhile', async () => {
    const { pod, outcomes } = await begin();
    const session = await openSession();
    const call = await post(pod, { method: 'tools/call', params: { name: 'wait', arguments: {} } }, session);
    await pod.fetch(new Request('http://localhost/mcp', { method: 'DELETE', headers: session }));
    await call.text();
    expect(outcomes).toEqual(['legacy tools/call rpc_error', 'legacy DELETE ok']);
  });

  it('is left to another pod where this one goes first', async () => {
    const { pod, outcomes } = await begin();
    const session = await openSession();
    const call = await post(pod, { method: 'tools/call', params: { name: 'wait', arguments: {} } }, session);
    const closing = pod.close();
    await call.text();
    await closing;
    expect(outcomes).toEqual(['legacy tools/call left']);
  });

  it('is cancelled where the client of a modern call goes', async () => {
    const { pod, outcomes } = await begin();
    const gone = new AbortController();
    const call = callModern(pod, 'wait', {}, {}, gone.signal).catch(() => undefined);
    gone.abort();
    await call;
    await vi.waitFor(() => expect(outcomes).toEqual(['modern tools/call cancelled']), 30_000);
  });

  it('is unavailable for a modern call whose pod goes', async () => {
    const { pod, outcomes } = await begin();
    const call = callModern(pod, 'wait');
    await vi.waitFor(() => expect(pod.busy).toBe(1), 30_000);
    await pod.close();
    expect((await call).status).toBe(503);
    expect(outcomes).toEqual(['modern tools/call unavailable']);
  });

  it('is an error of JSON-RPC where a modern call brings a state that is not ours', async () => {
    const { pod, outcomes } = await begin();
    await (await callModern(pod, 'fail', {}, { requestState: 'forged' })).text();
    expect(outcomes).toEqual(['modern tools/call rpc_error']);
  });

  it('is the same for a repeat that gets a kept answer', async () => {
    const { pod, outcomes } = await begin();
    const key = { 'anypod/idempotencyKey': 'unguessable-0123456789' };
    for (const _ of [1, 2]) await (await callModern(pod, 'fail', key)).text();
    expect(outcomes).toEqual(['modern tools/call ok', 'modern tools/call ok']);
  });

  it('is told once its stream has ended, in either era', async () => {
    const { pod, outcomes, streams } = await begin();
    const response = await callModern(pod, 'fail', { progressToken: 'token' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(streams.open).toBe(1);
    await response.text();
    expect(streams.open).toBe(0);
    expect(outcomes).toEqual(['modern tools/call ok']);
  });
});
