import { describeStore } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { redisSubject } from './redis-subject.ts';

let server: RedisServer;
let a: Redis;
let b: Redis;

beforeAll(async () => {
  server = await startRedis();
  // One pod batches its commands, the other does not: neither may see a difference.
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
  redisSubject('the store over Redis', () => ({ a, b })),
);
