import { eventually, sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisCluster, type RedisServer, startRedisCluster } from '../lib/redis-server.ts';
import { type Connected, codeOf, connect } from './connect.ts';

const IDS = Array.from({ length: 30 }, (_, n) => `session-${n}`);

let cluster: RedisCluster;
let pod: Connected;

beforeAll(async () => {
  cluster = await startRedisCluster(1);
  const hosts = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
  pod = await connect({ redis: `redis+cluster://${hosts.slice(0, 2).join(',')}` });
});

afterAll(async () => {
  await pod.close();
  await cluster.stop();
});

/** The master of slot 0, with everything that it has on its replica. */
async function masterOfSlot0(): Promise<RedisServer> {
  const admin = new Redis(cluster.nodes[0]?.url ?? '');
  const slots = (await admin.call('cluster', 'slots')) as [number, number, [string, number]][];
  admin.disconnect();
  const port = slots.find(([from]) => from === 0)?.[2][1];
  const found = cluster.nodes.find((node) => node.port === port);
  if (found === undefined) throw new Error('nobody has slot 0');
  const master = new Redis(found.url);
  await master.call('multi');
  await master.call('set', '{06S}', '1');
  await master.call('exec');
  await master.call('wait', '1', '5000');
  master.disconnect();
  return found;
}

const loadAll = () => Promise.all(IDS.map((id) => codeOf(pod.store.sessions.load(id, 'pod-a'))));

it('goes on when a node is replaced by its replica, and refuses in time until then', async () => {
  await Promise.all(IDS.map((id) => pod.store.sessions.create(sampleRecord(id), 'pod-a')));
  const got: string[] = [];
  for (const id of IDS) {
    await pod.store.inbox.listen(
      `pod-${id}`,
      () => void got.push(id),
      () => undefined,
    );
    if (got.length >= 0 && IDS.indexOf(id) >= 5) break;
  }
  const dead = await masterOfSlot0();
  dead.process.signal('SIGKILL');
  const codes = new Set<unknown>();
  await eventually('it was noticed', async () => {
    for (const code of await loadAll()) codes.add(code);
    return codes.has('store_unavailable');
  });
  await eventually('everything is there again', async () => {
    const all = await loadAll();
    for (const code of all) codes.add(code);
    return all.every((code) => code === 'resolved');
  });
  expect([...codes].sort()).toEqual(['resolved', 'store_unavailable']);
  const loaded = await Promise.all(IDS.map((id) => pod.store.sessions.load(id, 'pod-a')));
  expect(loaded.map((session) => session?.record.id)).toEqual(IDS);
  for (const id of IDS.slice(0, 6)) await pod.store.inbox.send(`pod-${id}`, { type: 'pod-left', pod: 'x' });
  await eventually('mail arrives again', () => new Set(got).size === 6);
});
