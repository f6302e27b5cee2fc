import { createRedisStore } from 'anypod/redis';
import { sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

let server: RedisServer;
let client: Redis;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
});

afterAll(async () => {
  client.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await client.flushall();
});

/** A session that has one of everything. */
async function fullSession(id: string) {
  const store = createRedisStore(client);
  await store.sessions.create(sampleRecord(id), 'pod-a');
  await store.sessions.setLogLevel(id, 'error');
  await store.sessions.subscribe(id, 'x://1');
  await store.sessions.cancel(id, 1, 60_000);
  await store.questions.ask(id, 'q', 'pod-a');
  await store.standing.attach(id, { pod: 'pod-a', connection: 'c' });
  await store.standing.append(id, '{}');
  for (const stream of ['running', 'done', 'empty']) {
    await store.events.open({ session: id, stream }, 'pod-a', 1, '[]');
    if (stream !== 'empty')
      await store.events.append({ session: id, stream }, 1, [{ seq: 1, data: '{}' }], stream === 'done');
  }
  return store;
}

it('gives every key of a session a time to live', async () => {
  await fullSession('s');
  const keys = await client.keys('*');
  expect(keys.length).toBe(11);
  for (const key of keys) expect([key, await client.pttl(key)]).toEqual([key, expect.toSatisfy((ms) => ms > 0)]);
});

it('puts all keys of a session into one slot', async () => {
  await fullSession('s');
  for (const key of await client.keys('*')) expect(key).toContain('{s}');
});

it('leaves no key of a session that ended, and touches no other', async () => {
  const store = await fullSession('s');
  await fullSession('t');
  const before = await client.keys('*{t}*');
  await store.sessions.end('s');
  expect((await client.keys('*')).sort()).toEqual(before.sort());
});

it('lists no more logs in a session than are still there', async () => {
  const store = createRedisStore(client, { streamRetentionMs: 20 });
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  for (let n = 0; n < 30; n++) {
    await store.events.open({ session: 's', stream: `x${n}` }, 'pod-a', 1, '[]');
    await store.events.append({ session: 's', stream: `x${n}` }, 1, [{ seq: 1, data: '{}' }], true);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  await store.events.open({ session: 's', stream: 'last' }, 'pod-a', 1, '[]');
  expect(await client.zrange('anypod:v1:session:{s}:streams', '0', '-1')).toEqual(['last']);
});

it('keeps servers with different prefixes apart', async () => {
  const blue = createRedisStore(client, { prefix: 'blue' });
  const green = createRedisStore(client, { prefix: 'green' });
  await blue.sessions.create(sampleRecord('s'), 'pod-a');
  expect(await green.sessions.load('s', 'pod-a')).toBeUndefined();
  expect(await client.keys('*')).toEqual(['blue:v1:session:{s}']);
});

it('keeps an idle session under one kilobyte', async () => {
  const store = createRedisStore(client);
  const id = `${'x'.repeat(40)}`;
  await store.sessions.create(sampleRecord(id), 'mcp-server-7d9f8b6c5-x2k4q');
  await store.sessions.load(id, 'mcp-server-7d9f8b6c5-q8w2e');
  expect(await client.memory('USAGE', `anypod:v1:session:{${id}}`)).toBeLessThan(1024);
});

it('does not renew a session before a tenth of its time has passed [legacy.session.sliding-ttl]', async () => {
  const store = createRedisStore(client, { sessionTtlMs: 100_000 });
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  const key = 'anypod:v1:session:{s}';
  await client.pexpire(key, 95_000);
  await store.sessions.load('s', 'pod-a');
  expect(await client.pttl(key)).toBeLessThanOrEqual(95_000);
  await client.pexpire(key, 85_000);
  await store.sessions.load('s', 'pod-a');
  expect(await client.pttl(key)).toBeGreaterThan(95_000);
  await client.pexpire(key, 85_000);
  await store.sessions.touch('s');
  expect(await client.pttl(key)).toBeGreaterThan(95_000);
});

it('loads a session in one round trip', async () => {
  const store = createRedisStore(client);
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await store.sessions.load('s', 'pod-a');
  const before = await calls();
  for (let n = 0; n < 10; n++) await store.sessions.load('s', 'pod-a');
  expect((await calls()).evalsha - before.evalsha).toBe(10);
  expect((await calls()).hset).toBe(before.hset);
});

/** How often Redis ran these commands. */
async function calls(): Promise<{ evalsha: number; hset: number }> {
  const stats = await client.info('commandstats');
  const count = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return { evalsha: count('evalsha'), hset: count('hset') };
}
