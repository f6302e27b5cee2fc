import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];

type Pod = 'a' | 'b';
const PODS: readonly Pod[] = ['a', 'b'];
const BOTH = PODS.flatMap((one) => PODS.map((other) => [one, other] as const));

interface Answer {
  readonly result?: { content: { text: string }[] };
  readonly error?: { code: number; data?: unknown };
}

describe('a cancellation', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** A session on two pods, with a tool that runs until it is aborted or told to finish. */
  async function start() {
    const store = createMemoryStore();
    const running = new Map<string, () => void>();
    const aborted: string[] = [];
    const createServer = () => {
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
        content: [{ type: 'text', text }],
      }));
      server.registerTool('hold', { inputSchema: z.object({ key: z.string() }) }, async ({ key }, { mcpReq }) => {
        await new Promise<void>((resolve) => {
          running.set(key, resolve);
          mcpReq.signal.addEventListener('abort', () => {
            aborted.push(key);
            resolve();
          });
        });
        return { content: [{ type: 'text', text: key }] };
      });
      return server;
    };
    const make = () => createAnypod({ createServer, store, secrets });
    const pods = { a: await make(), b: await make() };
    open.push(pods.a, pods.b);
    const post = (pod: Pod, message: object, headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      const all = { ...HEADERS, ...headers };
      return pods[pod].fetch(new Request('http://localhost/mcp', { method: 'POST', headers: all, body }));
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
    const opened = await post('a', { id: 'initialize', method: 'initialize', params });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    await (await post('b', { id: 'ping', method: 'ping' }, session)).text();
    return {
      store,
      aborted,
      running,
      end: (pod: Pod) => pods[pod].fetch(new Request('http://localhost/mcp', { method: 'DELETE', headers: session })),
      call: async (pod: Pod, id: number | string, name: string, args: object): Promise<Answer | undefined> => {
        const response = await post(pod, { id, method: 'tools/call', params: { name, arguments: args } }, session);
        const text = await response.text();
        return text === '' ? undefined : (JSON.parse(text) as Answer);
      },
      cancel: async (pod: Pod, requestId: unknown) => {
        const response = await post(pod, { method: 'notifications/cancelled', params: { requestId } }, session);
        expect(response.status).toBe(202);
      },
    };
  }

  const textOf = (answer: Answer | undefined) => answer?.result?.content[0]?.text;

  it.each(BOTH)(
    'of a call that runs on pod a, through pod %s, leaves the next one on pod %s alone',
    async (through, next) => {
      const { call, cancel, running, aborted } = await start();
      const held = call('a', 1, 'hold', { key: 'first' });
      await vi.waitFor(() => expect(running.has('first')).toBe(true), 30_000);
      await cancel(through, 1);
      expect(textOf(await call(next, 1, 'echo', { text: 'second' }))).toBe('second');
      expect(textOf(await call(next, 1, 'echo', { text: 'third' }))).toBe('third');
      expect(aborted).toEqual(['first']);
      expect(await held).toBeUndefined();
    },
  );

  it.each(BOTH)(
    'of a call that ended on pod a, through pod %s, leaves the next one on pod %s alone',
    async (through, next) => {
      const { call, cancel } = await start();
      expect(textOf(await call('a', 1, 'echo', { text: 'first' }))).toBe('first');
      await cancel(through, 1);
      expect(textOf(await call(next, 1, 'echo', { text: 'second' }))).toBe('second');
    },
  );

  it.each(BOTH)(
    'of a call that runs on pod a under an id that was used on pod %s before, through pod %s',
    async (before, through) => {
      const { call, cancel, running, aborted } = await start();
      await call(before, 1, 'echo', { text: 'before' });
      const held = call('a', 1, 'hold', { key: 'now' });
      await vi.waitFor(() => expect(running.has('now')).toBe(true), 30_000);
      await cancel(through, 1);
      await held;
      expect(aborted).toEqual(['now']);
    },
  );

  it.each(BOTH)(
    'that comes first, through pod %s, counts once for the call on pod %s, which gets an answer',
    async (through, where) => {
      const { call, cancel, running } = await start();
      await cancel(through, 1);
      expect(await call(where, 1, 'hold', { key: 'overtaken' })).toMatchObject({
        error: { code: -32603, data: { reason: 'cancelled' } },
      });
      expect(running.size).toBe(0);
      for (const pod of PODS) expect(textOf(await call(pod, 1, 'echo', { text: 'again' }))).toBe('again');
    },
  );

  it('that may have come first, in a session that ends before the store has told: the call is answered', async () => {
    const { store, call, cancel, end } = await start();
    const asked = Promise.withResolvers<void>();
    const told = Promise.withResolvers<boolean>();
    vi.spyOn(store.sessions, 'takeCancelled').mockImplementation(() => {
      asked.resolve();
      return told.promise;
    });
    await cancel('b', 1);
    const called = call('a', 1, 'echo', { text: 'late' });
    await asked.promise;
    expect((await end('b')).ok).toBe(true);
    told.resolve(false);
    expect(await called).toMatchObject({ error: { code: -32001 } });
  });

  it.each([undefined, null, {}, ['1'], 'x'.repeat(300)])('of %j is accepted and has no effect', async (requestId) => {
    const { call, cancel } = await start();
    await cancel('a', requestId);
    expect(textOf(await call('b', 1, 'echo', { text: 'alive' }))).toBe('alive');
  });
});
