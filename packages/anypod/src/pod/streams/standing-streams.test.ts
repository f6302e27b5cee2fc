import { AsyncLocalStorage } from 'node:async_hooks';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { AnypodError } from '../../core/errors.ts';
import type { Store } from '../../core/store/store.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const outsideRequests = AsyncLocalStorage.snapshot();

function createServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
  const say = (data: string) => outsideRequests(() => server.sendLoggingMessage({ level: 'info', data }));
  const inner = server.server as unknown as { _oninitialize(request: unknown): Promise<unknown> };
  const initialize = inner._oninitialize.bind(inner);
  server.server.setRequestHandler('initialize', async (request) => {
    await say('while it is initialized');
    return (await initialize(request)) as never;
  });
  server.registerTool('say', { inputSchema: z.object({ text: z.string() }) }, async ({ text }) => {
    await say(text);
    return { content: [] };
  });
  return server;
}

describe('a standing stream', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  async function start(change: (store: Store) => Store = (store) => store) {
    const pod = await createAnypod({ createServer, store: change(createMemoryStore()), secrets: ['s'.repeat(32)] });
    open.push(pod);
    const ask = (method: string, params: object, headers: object) =>
      pod.fetch(
        new Request('http://localhost/mcp', {
          method: 'POST',
          headers: { ...HEADERS, ...headers },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        }),
      );
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const initialized = await ask('initialize', params, {});
    const session = { 'mcp-session-id': initialized.headers.get('mcp-session-id') ?? '' };
    const say = async (text: string) =>
      void (await (await ask('tools/call', { name: 'say', arguments: { text } }, session)).text());
    const listen = () =>
      pod.fetch(new Request('http://localhost/mcp', { headers: { accept: 'text/event-stream', ...session } }));
    return { say, listen };
  }

  /** The messages of the stream up to `last`. */
  async function heard(response: Response, last: string): Promise<unknown[]> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes(last)) break;
    }
    return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data).params.data);
  }

  it('begins at the start of the log if the first connection failed [legacy.standing.begins]', async () => {
    let failures = 0;
    const { say, listen } = await start((store) => ({
      ...store,
      standing: {
        ...store.standing,
        async attach(...args) {
          const attached = await store.standing.attach(...args);
          failures += 1;
          // The store has attached the connection, and its answer is lost.
          if (failures === 1) throw new AnypodError('store_unavailable', 'lost');
          return attached;
        },
      },
    }));
    await say('one');
    expect((await listen()).status).toBe(503);
    await say('two');
    expect(await heard(await listen(), 'two')).toEqual(['while it is initialized', 'one', 'two']);
  });

  it('brings the messages from before the session was stored [legacy.standing.begins]', async () => {
    const { listen } = await start();
    expect(await heard(await listen(), 'initialized')).toEqual(['while it is initialized']);
  });
});
