import { setImmediate as endOfTurn } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { AnypodError } from '../../core/errors.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];

describe('the stream of a call', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** A pod whose store notes who owns a log as `note` does. Its tool says one thing, and ends. */
  async function call(note: () => Promise<void>) {
    const inner = createMemoryStore();
    const asked = Promise.withResolvers<void>();
    const opened: string[] = [];
    const store = {
      ...inner,
      ownership: {
        ...inner.ownership,
        add(...args: Parameters<typeof inner.ownership.add>) {
          asked.resolve();
          return note().then(() => inner.ownership.add(...args));
        },
      },
      events: {
        ...inner.events,
        open(...args: Parameters<typeof inner.events.open>) {
          opened.push(args[0].stream);
          return inner.events.open(...args);
        },
      },
    };
    const createServer = () => {
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('talk', { inputSchema: z.object({}) }, async (_input, { mcpReq }) => {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
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
    return { pod, answer, opened };
  }

  it('begins when its log is open, so that every event id has a log [pod.lost.known-id]', async () => {
    const noted = Promise.withResolvers<void>();
    const { answer, opened } = await call(() => noted.promise);
    let began = false;
    void answer.then(() => {
      began = true;
    });
    for (let turns = 0; turns < 20; turns += 1) await endOfTurn();
    expect(began).toBe(false);
    expect(opened).toEqual([]);
    noted.resolve();
    const text = await (await answer).text();
    expect(opened).toHaveLength(1);
    expect(text.match(/^id: .*$/gm)?.map((id) => id.split('.').at(-1))).toEqual(['0', '1', '2']);
    expect(text).toContain('"text":"done"');
  });

  it('does not wait for a store that is away', async () => {
    const { answer, opened } = await call(() => Promise.reject(new AnypodError('store_unavailable', 'away')));
    expect(await (await answer).text()).toContain('"text":"done"');
    expect(opened).toEqual([]);
  });

  it('does not wait for a store that refuses its log', async () => {
    const { answer, opened } = await call(() => Promise.reject(new Error('OOM command not allowed')));
    expect(await (await answer).text()).toContain('"text":"done"');
    expect(opened).toEqual([]);
  });

  it('reaches the client of a pod that closes meanwhile', async () => {
    const noted = Promise.withResolvers<void>();
    const { pod, answer } = await call(() => noted.promise);
    const closing = pod.close();
    noted.resolve();
    expect(await (await answer).text()).toContain('"text":"done"');
    await closing;
  });
});
