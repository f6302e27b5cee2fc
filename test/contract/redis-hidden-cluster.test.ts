import { describeStore } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type RedisServer, startHiddenCluster } from '../lib/redis-server.ts';
import { redisSubject } from './redis-subject.ts';

let server: RedisServer;
let a: Redis;
let b: Redis;

beforeAll(async () => {
  server = await startHiddenCluster();
  a = new Redis(server.url, { enableAutoPipelining: true });
  b = new Redis(server.url);
});

afterAll(async () => {
  a.disconnect();
  b.disconnect();
  await server.stop();
});

describeStore(
  { describe, it },
  redisSubject(
    'the store over a Redis Cluster behind one address, to which its clients speak as to one server',
    () => ({
      a,
      b,
    }),
  ),
);
