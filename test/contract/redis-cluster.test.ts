import { describeStore } from 'anypod/testing';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../lib/redis-server.ts';
import { redisSubject } from './redis-subject.ts';

let cluster: RedisCluster;
let a: Cluster;
let b: Cluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
  const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  // One pod batches its commands, the other does not: neither may see a difference.
  a = new Cluster(nodes, { enableAutoPipelining: true });
  b = new Cluster(nodes);
});

afterAll(async () => {
  a.disconnect();
  b.disconnect();
  await cluster.stop();
});

describeStore(
  { describe, it },
  redisSubject('the store over Redis Cluster', () => ({ a, b })),
);
