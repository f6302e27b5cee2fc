import { createRedisStore } from 'anypod/redis';
import { eventually, sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

let server: RedisServer;
const clients: Redis[] = [];

/** A client that gives up soon, as a pod that must answer does. */
function connect(): Redis {
  const client = new Redis(server.url, {
    lazyConnect: true,
    enableAutoPipelining: true,
    commandTimeout: 1000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 50,
  });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

beforeEach(async () => {
  server = await startRedis();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server.stop();
});

it('says store_unavailable while Redis is away, and works again when it is back', async () => {
  const store = createRedisStore(connect());
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await server.stop();
  await expect(store.sessions.load('s', 'pod-a')).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
  server = await startRedis({ port: server.port });
  await eventually('it answers', () =>
    store.ping().then(
      () => true,
      () => false,
    ),
  );
  expect(await store.sessions.load('s', 'pod-a')).toBeUndefined();
});

it('says store_unavailable when Redis is full or read-only, and names the reason', async () => {
  const client = connect();
  const store = createRedisStore(client);
  await client.config('SET', 'maxmemory', '1');
  await expect(store.sessions.create(sampleRecord('s'), 'pod-a')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('OOM'),
  });
  await client.config('SET', 'maxmemory', '0');
  await client.call('replicaof', '127.0.0.1', '1');
  await expect(store.sessions.create(sampleRecord('s'), 'pod-a')).rejects.toMatchObject({ code: 'store_unavailable' });
});

it('passes a fault of its own as it is', async () => {
  const client = connect();
  await client.set('anypod:v1:session:{s}', 'not a hash');
  const store = createRedisStore(client);
  await expect(store.sessions.load('s', 'pod-a')).rejects.toThrow(/WRONGTYPE/);
});

it('gives a server that lost its scripts the text again', async () => {
  const client = connect();
  const store = createRedisStore(client);
  const key = { session: 's', stream: 'x' };
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await store.events.open(key, 'pod-a', 1, '[]');
  for (let seq = 1; seq <= 40; seq++) {
    if (seq % 10 === 0) void client.script('FLUSH');
    await store.events.append(key, 1, [{ seq, data: '{}' }], false);
  }
  const replay = await store.events.read(key, 0);
  expect(replay?.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
});

it('goes on delivering after Redis was away: first a gap where the log was lost, then new mail', async () => {
  const store = createRedisStore(connect());
  const got: string[] = [];
  let gaps = 0;
  await store.inbox.listen(
    'pod-a',
    (message) => got.push(message.type),
    () => gaps++,
  );
  const changes: string[] = [];
  await store.changes.follow(({ change }) => changes.push(change.kind));
  await server.stop();
  server = await startRedis({ port: server.port });
  await eventually('the gap was noticed', () => gaps === 1);
  await store.inbox.send('pod-a', { type: 'confirmed', ack: '1', from: 'pod-b' });
  await store.changes.publish({ kind: 'tools_list_changed' });
  await eventually('both arrived', () => got.length === 1 && changes.length === 1);
  await store.close();
});

it('stops its readers at once, also while Redis is away', async () => {
  const store = createRedisStore(connect());
  await store.inbox.listen(
    'pod-a',
    () => undefined,
    () => undefined,
  );
  await store.changes.follow(() => undefined);
  await server.stop();
  const stopped = store.close().then(() => 'stopped');
  const late = new Promise((resolve) => setTimeout(resolve, 4000, 'late'));
  expect(await Promise.race([stopped, late])).toBe('stopped');
});
