import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, expect, it } from 'vitest';
import { type Anypod, createAnypod } from './anypod.ts';
import { AnypodError } from './core/errors.ts';
import { silentLog } from './core/log.ts';
import type { SessionStore } from './core/store/session-store.ts';
import type { Store } from './core/store/store.ts';
import { createMemoryStore } from './memory/index.ts';

const done = () => ({ content: [{ type: 'text' as const, text: 'done' }] });

/** A server whose client finds one more tool and one less once it has initialized. */
function createServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1' });
  const secret = server.registerTool('secret', {}, done);
  secret.disable();
  const greeting = server.registerTool('greeting', {}, done);
  server.registerTool('unlock', {}, () => {
    secret.enable();
    return done();
  });
  server.registerTool('greet-again', {}, () => {
    greeting.enable();
    return done();
  });
  server.server.oninitialized = () => {
    void delay(5).then(() => {
      greeting.disable();
      server.registerTool('late', {}, done);
    });
  };
  return server;
}

const pods: Anypod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
});

/** Two pods whose store may fail at what `faults` replaces. */
async function start(faults: (sessions: SessionStore) => Partial<SessionStore> = () => ({})) {
  const memory = createMemoryStore();
  const store: Store = { ...memory, sessions: { ...memory.sessions, ...faults(memory.sessions) } };
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (_fields: unknown, sentence: string) => void warnings.push(sentence) };
  const secrets = ['a-secret-that-only-tests-may-use-0123456789'];
  const add = async () => {
    const pod = await createAnypod({ createServer, store, secrets, log });
    pods.push(pod);
    return pod;
  };
  return { one: await add(), two: await add(), add, warnings };
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function openSession(pod: Anypod) {
  const send = (on: Anypod, body: object, headers: object = {}, method = 'POST') =>
    on.fetch(
      new Request('http://localhost/mcp', {
        method,
        headers: { ...HEADERS, ...headers },
        ...(method === 'POST' && { body: JSON.stringify({ jsonrpc: '2.0', ...body }) }),
      }),
    );
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await send(pod, { id: 0, method: 'initialize', params });
  const id = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  await send(pod, { method: 'notifications/initialized' }, id);
  return {
    call: (on: Anypod, name: string) => send(on, { id: 1, method: 'tools/call', params: { name, arguments: {} } }, id),
    async tools(on: Anypod): Promise<string[]> {
      const answer = await send(on, { id: 2, method: 'tools/list', params: {} }, id);
      const { result } = (await answer.json()) as { result: { tools: { name: string }[] } };
      return result.tools.map(({ name }) => name);
    },
    end: (on: Anypod) => send(on, {}, id, 'DELETE'),
  };
}

const away = () => new AnypodError('store_unavailable', 'away');

it('waits while the store is away, and is then so on every pod before the answer leaves [session.registry]', async () => {
  let failures = 3;
  const { one, two } = await start((sessions) => ({
    async changeRegistry(...args) {
      failures -= 1;
      if (failures >= 0) throw away();
      return sessions.changeRegistry(...args);
    },
  }));
  const session = await openSession(one);
  await session.tools(two);
  expect((await session.call(one, 'unlock')).status).toBe(200);
  expect(failures).toBe(-1);
  expect(await session.tools(two)).toContain('secret');
});

it('ends with its session, though a change is just being stored', async () => {
  const storing = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { one, two } = await start((sessions) => ({
    async changeRegistry(...args) {
      begun.resolve();
      await storing.promise;
      return sessions.changeRegistry(...args);
    },
  }));
  const session = await openSession(one);
  const unlocking = session.call(one, 'unlock');
  await begun.promise;
  const ended = await session.end(two);
  const unlocked = await unlocking;
  storing.resolve();
  expect([ended.status, unlocked.status]).toEqual([200, 404]);
});

it('lets the answer go if a change cannot be stored at all', async () => {
  const { one, warnings } = await start(() => ({ changeRegistry: () => Promise.reject(new Error('a bug')) }));
  const session = await openSession(one);
  expect((await session.call(one, 'unlock')).status).toBe(200);
  expect(await session.tools(one)).toContain('secret');
  expect(warnings).toEqual(['background work failed']);
});

it('is what the handler of a notification makes of it on each pod, unless the session has changed it [session.registry]', async () => {
  let stored = 0;
  const { one, two, add, warnings } = await start((sessions) => ({
    async changeRegistry(...args) {
      stored += 1;
      return sessions.changeRegistry(...args);
    },
  }));
  const session = await openSession(one);
  await session.tools(two);
  await delay(50);
  for (const pod of [one, two]) expect(await session.tools(pod)).toEqual(['unlock', 'greet-again', 'late']);
  expect([stored, warnings]).toEqual([0, []]);
  await session.call(one, 'greet-again');
  expect(stored).toBe(1);
  // The repeated notification disables it again on a new pod, and that is no news.
  const three = await add();
  await session.tools(three);
  await delay(50);
  for (const pod of [three, two, one]) expect(await session.tools(pod)).toContain('greeting');
  expect([stored, warnings]).toEqual([1, []]);
});
