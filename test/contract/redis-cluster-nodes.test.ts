import { createRedisStore } from 'anypod/redis';
import { eventually, sampleRecord } from 'anypod/testing';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../lib/redis-server.ts';

let cluster: RedisCluster;
let admins: Redis[];
let client: Cluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
  admins = cluster.nodes.map(({ url }) => new Redis(url));
  client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  client.on('error', () => {});
});

afterAll(async () => {
  client.disconnect();
  for (const admin of admins) admin.disconnect();
  await cluster.stop();
});

it('spreads sessions over the masters, each of which learns the scripts, also again', async () => {
  const store = createRedisStore(client);
  const ids = Array.from({ length: 60 }, (_, n) => `session-${n}`);
  await Promise.all(ids.map((id) => store.sessions.create(sampleRecord(id), 'pod-a')));
  for (const admin of admins) expect(await admin.dbsize()).toBeGreaterThan(0);
  for (const admin of admins) await admin.script('FLUSH');
  const loaded = await Promise.all(ids.map((id) => store.sessions.load(id, 'pod-b')));
  expect(loaded.map((session) => session?.record.id)).toEqual(ids);
  await Promise.all(ids.map((id) => store.sessions.end(id)));
  for (const admin of admins) expect(await admin.dbsize()).toBe(0);
});

/** Cuts every connection that waits in a blocking read, on all masters; answers how many. */
async function cut(): Promise<number> {
  let killed = 0;
  for (const admin of admins) {
    const lines = String(await admin.call('client', 'list')).split('\n');
    for (const line of lines.filter((one) => /flags=b/.test(one))) {
      await admin.call('client', 'kill', 'id', /^id=(\d+)/.exec(line)?.[1] ?? '');
      killed += 1;
    }
  }
  return killed;
}

it('delivers mail and changes without loss, repeat or disorder while its connections are cut', async () => {
  const store = createRedisStore(client);
  const mail: string[] = [];
  const changes: string[] = [];
  let gaps = 0;
  await store.inbox.listen(
    'pod-a',
    (message) => mail.push('ack' in message ? message.ack : message.type),
    () => gaps++,
  );
  await store.changes.follow(({ change }) => changes.push('uri' in change ? change.uri : change.kind));
  const expected = Array.from({ length: 600 }, (_, n) => String(n));
  for (const n of expected) {
    await store.inbox.send('pod-a', { type: 'confirmed', ack: n, from: 'pod-b' });
    await store.changes.publish({ kind: 'resource_updated', uri: n });
    if (Number(n) % 150 === 75) {
      await eventually('readers wait', async () => (await cut()) > 0);
    }
  }
  await eventually('everything arrived', () => mail.length >= 600 && changes.length >= 600);
  expect(mail).toEqual(expected);
  expect(changes).toEqual(expected);
  expect(gaps).toBe(0);
  await store.close();
});
