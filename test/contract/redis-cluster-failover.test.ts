import { createRedisStore } from 'anypod/redis';
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
  // `WAIT` speaks of what this connection has written, and of all before; 06S is in slot 0.
  await master.set('{06S}', '1');
  await master.wait(1, 5000);
  master.disconnect();
  return found;
}

const keyOf = (session: string) => ({ session, stream: 'x' });
const loadAll = () => Promise.all(IDS.map((id) => codeOf(pod.store.sessions.load(id, 'pod-a'))));

it('waits for replicas on whichever node a log is', async () => {
  const store = createRedisStore(pod.client, { replicas: 1 });
  const tooMany = createRedisStore(pod.client, { replicas: 2 });
  await eventually('the connections are there', async () => {
    const codes = [codeOf(store.events.finish(keyOf('none'), 1)), codeOf(tooMany.events.finish(keyOf('none'), 1))];
    return (await Promise.all(codes)).every((code) => code === 'resolved');
  });
  await Promise.all(IDS.map((id) => pod.store.sessions.create(sampleRecord(id), 'pod-a')));
  await Promise.all(IDS.map((id) => store.events.open(keyOf(id), 'pod-a', 1, '[]')));
  const append = (id: string) => store.events.append(keyOf(id), 1, [{ seq: 1, data: '{}' }], false);
  await eventually('every replica is in sync', async () => {
    const written = await Promise.all(IDS.map(append));
    return written.every((one) => one.state === 'stored' && one.unreplicated === undefined);
  });
  const again = await tooMany.events.append(keyOf(IDS[0] ?? ''), 1, [{ seq: 1, data: '{}' }], false);
  expect(again).toEqual({ state: 'stored', unreplicated: true });
  await Promise.all([store.close(), tooMany.close()]);
});

it('goes on when a node is replaced by its replica, and refuses in time until then', async () => {
  await Promise.all(IDS.map((id) => pod.store.sessions.create(sampleRecord(id), 'pod-a')));
  const got = new Set<string>();
  for (const id of IDS.slice(0, 6)) {
    await pod.store.inbox.listen(
      `pod-${id}`,
      () => void got.add(id),
      () => undefined,
    );
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
  await eventually('mail arrives again', () => got.size === 6);
});
