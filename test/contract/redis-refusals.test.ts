import { createRedisStore } from 'anypod/redis';
import { sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { clusterMode, type RedisServer, startRedis } from '../lib/redis-server.ts';
import { codeOf, connect } from './connect.ts';

const WITHIN = { timeout: 30_000 };

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(args: readonly string[] = []): Promise<{ server: RedisServer; admin: Redis }> {
  const server = await startRedis({ args });
  const admin = new Redis(server.url);
  stops.push(async () => {
    admin.disconnect();
    await server.stop();
  });
  return { server, admin };
}

/** How many commands other than those of a handshake the server ran. */
async function ran(admin: Redis): Promise<string[]> {
  const stats = await admin.info('commandstats');
  const names = [...stats.matchAll(/^cmdstat_([a-z|]+):/gm)].map(([, name = '']) => name);
  return names.filter((name) => !['hello', 'auth', 'info', 'select', 'config|resetstat'].includes(name));
}

it.each([
  ['a database that the server does not have', async () => [], '/99'],
  ['another database than 0 in Cluster mode', clusterMode, '/1'],
])('a pod sends nothing to a server with %s, on any connection [store.database]', async (_what, mode, path) => {
  const { server, admin } = await start(await mode());
  await admin.config('RESETSTAT');
  const pod = await connect({ redis: `${server.url}${path}` });
  const replicated = createRedisStore(pod.client, { replicas: 1 });
  stops.push(() => replicated.close());
  stops.push(() => pod.close());
  const refused = {
    code: 'store_refused',
    message: expect.stringMatching(/^Redis does not open database \d+ \(ERR .*only database 0/),
  };
  await expect(pod.store.ping()).rejects.toMatchObject(refused);
  const attempts = [
    pod.store.sessions.create(sampleRecord('s'), 'pod-a'),
    pod.store.inbox.listen(
      'pod-a',
      () => undefined,
      () => undefined,
    ),
    replicated.events.finish({ session: 's', stream: 'x' }, 1),
  ];
  // What is sent while a connection ends only learns that there is none.
  for (const code of await Promise.all(attempts.map(codeOf))) expect(code).toMatch(/^store_(refused|unavailable)$/);
  expect(await ran(admin)).toEqual([]);
});

it('a pod that loses the right to open its database sends nothing to another one after it reconnects', async () => {
  const { server, admin } = await start();
  await admin.call('acl', 'setuser', 'pod', 'on', '>secret', '~*', '+@all');
  const pod = await connect({ redis: `${server.url.replace('//', '//pod:secret@')}/3` });
  stops.push(() => pod.close());
  let mail = 0;
  const listening = await pod.store.inbox.listen(
    'pod-a',
    () => void mail++,
    () => undefined,
  );
  stops.push(() => listening.stop());
  await admin.call('acl', 'setuser', 'pod', '-select');
  await admin.call('client', 'kill', 'user', 'pod');
  await expect.poll(() => codeOf(pod.store.ping()), WITHIN).toBe('store_refused');
  expect(pod.warnings).toContain('Redis connection error');
  await admin.call('acl', 'setuser', 'pod', '+select');
  await expect
    .poll(() => codeOf(pod.store.inbox.send('pod-a', { type: 'pod-left', pod: 'x' })), WITHIN)
    .toBe('resolved');
  await expect.poll(() => mail, WITHIN).toBeGreaterThan(0);
  expect(await admin.dbsize()).toBe(0);
  await admin.select(3);
  expect(await admin.dbsize()).toBeGreaterThan(0);
});

it('a command that the user may not run is refused, and does not count as an outage [store.refused]', async () => {
  const { server, admin } = await start();
  await admin.call('acl', 'setuser', 'pod', 'on', '>secret', '~anypod:*', '+@all', '-xrange', '-hmget', '-info');
  const pod = await connect({ redis: server.url.replace('//', '//pod:secret@') });
  stops.push(() => pod.close());
  const foreign = createRedisStore(pod.client, { prefix: 'other' });
  expect(await codeOf(pod.store.changes.after('0-0'))).toBe('store_refused');
  expect(await codeOf(pod.store.events.read({ session: 's', stream: 'x' }, 0))).toBe('store_refused');
  expect(await codeOf(foreign.changes.tail())).toBe('store_refused');
  expect(await codeOf(foreign.pods.living())).toBe('store_refused');
});

it('a server that has too many connections, or refuses the password, is away', async () => {
  const { server, admin } = await start(['--maxclients', '1']);
  const pod = await connect({ redis: server.url });
  stops.push(() => pod.close());
  expect(await codeOf(pod.store.ping())).toBe('store_unavailable');
  await admin.config('SET', 'maxclients', '100');
  await expect.poll(() => codeOf(pod.store.ping()), WITHIN).toBe('resolved');
  const stranger = await connect({ redis: server.url, redisUsername: 'nobody', redisPassword: 'wrong' });
  stops.push(() => stranger.close());
  expect(await codeOf(stranger.store.ping())).toBe('store_unavailable');
});

it('a user without INFO misses no mail: each new connection counts as one to another server', async () => {
  const { server, admin } = await start();
  await admin.call('acl', 'setuser', 'pod', 'on', '>secret', '~anypod:*', '+@all', '-info');
  const pod = await connect({ redis: server.url.replace('//', '//pod:secret@') });
  stops.push(() => pod.close());
  let [mail, gaps] = [0, 0];
  const listening = await pod.store.inbox.listen(
    'pod-a',
    () => void mail++,
    () => void gaps++,
  );
  stops.push(() => listening.stop());
  await pod.store.inbox.send('pod-a', { type: 'pod-left', pod: 'x' });
  await expect.poll(() => mail, WITHIN).toBe(1);
  expect(gaps).toBe(0);
  await admin.call('client', 'kill', 'user', 'pod');
  await expect.poll(() => gaps, WITHIN).toBe(1);
  await expect
    .poll(() => codeOf(pod.store.inbox.send('pod-a', { type: 'pod-left', pod: 'x' })), WITHIN)
    .toBe('resolved');
  await expect.poll(() => mail, WITHIN).toBeGreaterThan(1);
});
