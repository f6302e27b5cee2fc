import { setTimeout as delay, setImmediate as endOfTurn } from 'node:timers/promises';
import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { AnypodError } from '../../core/errors.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import type { Store } from '../../core/store/store.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { sampleRecord } from '../../testing/subject.ts';
import { setUp } from '../sessions/session-cache.fixture.ts';
import { Followers } from './followers.ts';
import { OwnedStream } from './owned-stream.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];

describe('the stream of a call', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** A pod whose store opens a log when `gate` resolves. Its tool says one thing, does `more`, and ends. */
  async function call(gate: () => Promise<void>, more: (ctx: ServerContext) => unknown = () => undefined) {
    const inner = createMemoryStore();
    const asked = Promise.withResolvers<void>();
    /** What was asked of the store, in order. */
    const steps: string[] = [];
    const store: Store = {
      ...inner,
      events: {
        ...inner.events,
        async begin(key, owner, requests, events, final) {
          asked.resolve();
          await gate();
          const written = await inner.events.begin(key, owner, requests, events, final);
          const noted = await inner.ownership.of(owner);
          steps.push(`begin ${events.length}${final ? ', all' : ''}${noted.length > 0 ? ', noted' : ''}`);
          return written;
        },
        async append(key, epoch, events, final, owner) {
          steps.push(`append ${events.length}${final ? ', the end' : ''}`);
          const written = await inner.events.append(key, epoch, events, final, owner);
          const noted = await inner.ownership.of(String(owner));
          if (noted.length === 0) steps.push('not noted');
          return written;
        },
      },
    };
    const createServer = () => {
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('talk', { inputSchema: z.object({}) }, async (_input, ctx) => {
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
        await more(ctx);
        return { content: [{ type: 'text', text: 'done' }] };
      });
      return server;
    };
    const pod = await createAnypod({ createServer, store, secrets });
    open.push(pod);
    const post = (message: object, headers: object = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      return pod.fetch(
        new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }),
      );
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const initialized = await post({ id: 0, method: 'initialize', params });
    const session = { 'mcp-session-id': initialized.headers.get('mcp-session-id') ?? '' };
    const talk = { name: 'talk', arguments: {}, _meta: { progressToken: 1 } };
    const answer = post({ id: 1, method: 'tools/call', params: talk }, session);
    await asked.promise;
    return { pod, answer, steps };
  }

  /** Whether the client has an answer, or the beginning of one, after some turns. */
  async function hasBegun(answer: Promise<Response>): Promise<boolean> {
    let began = false;
    void answer.then(() => {
      began = true;
    });
    for (let turns = 0; turns < 20; turns += 1) await endOfTurn();
    return began;
  }

  const seqsIn = (text: string) => text.match(/^id: .*$/gm)?.map((id) => id.split('.').at(-1));

  it('begins when its log is open, so that every event id has a log [pod.lost.known-id]', async () => {
    const gate = Promise.withResolvers<void>();
    const { answer, steps } = await call(() => gate.promise);
    expect(await hasBegun(answer)).toBe(false);
    expect(steps).toEqual([]);
    gate.resolve();
    const text = await (await answer).text();
    expect(seqsIn(text)).toEqual(['0', '1', '2']);
    expect(text).toContain('"text":"done"');
  });

  it('begins no earlier if its handler ends the connection at once [pod.lost.known-id]', async () => {
    const gate = Promise.withResolvers<void>();
    const { answer, steps } = await call(
      () => gate.promise,
      ({ http }) => http?.closeSSE?.(),
    );
    expect(await hasBegun(answer)).toBe(false);
    gate.resolve();
    expect(seqsIn(await (await answer).text())).toEqual(['0', '1']);
    await expect.poll(() => steps).toEqual(['begin 2, all']);
  });

  it('is one write to the store if the call ends in its first turn', async () => {
    const { answer, steps } = await call(async () => undefined);
    await (await answer).text();
    expect(steps).toEqual(['begin 2, all']);
  });

  it('has an owner from the beginning if the call goes on, until it has ended [pod.lost.known-id]', async () => {
    const { answer, steps } = await call(
      async () => undefined,
      () => delay(5),
    );
    expect(seqsIn(await (await answer).text())).toEqual(['0', '1', '2']);
    await expect.poll(() => steps).toEqual(['begin 1, noted', 'append 1, the end', 'not noted']);
  });

  it('does not wait for a store that is away', async () => {
    const { answer, steps } = await call(() => Promise.reject(new AnypodError('store_unavailable', 'away')));
    expect(await (await answer).text()).toContain('"text":"done"');
    expect(steps).toEqual([]);
  });

  it('does not wait for a store that refuses its log', async () => {
    const { answer, steps } = await call(() => Promise.reject(new Error('OOM command not allowed')));
    expect(await (await answer).text()).toContain('"text":"done"');
    expect(steps).toEqual([]);
  });

  it('reaches the client of a pod that closes meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const { pod, answer } = await call(() => gate.promise);
    const closing = pod.close();
    gate.resolve();
    expect(await (await answer).text()).toContain('"text":"done"');
    await closing;
  });

  it('keeps an owner until a client of HTTP+SSE has its answer, which no event id can ask for', async () => {
    const { context, store } = setUp();
    await store.sessions.create(sampleRecord('s'), 'pod');
    const begin = vi.spyOn(store.events, 'begin');
    const append = vi.spyOn(store.events, 'append');
    const sent: string[] = [];
    const sink: EventSink = {
      open: true,
      outlives: true,
      send({ data }) {
        expect(append).not.toHaveBeenCalled();
        sent.push(data);
        return true;
      },
      drained: async () => undefined,
      end: () => undefined,
      onClose: () => undefined,
    };
    const reply = { outlives: true, stream: () => sink } as unknown as Reply;
    const requests = [{ jsonrpc: '2.0', id: 1, method: 'tools/call' }] as const;
    const stream = OwnedStream.open(context, new Followers(context), 's', { requests }, reply);
    stream.write('{"id":1}', true);
    await stream.stored();
    expect(begin.mock.calls.map(([, , , events, final]) => [events, final])).toEqual([[[], false]]);
    expect(append).toHaveBeenCalledTimes(1);
    expect(sent).toEqual(['{"id":1}']);
  });
});
