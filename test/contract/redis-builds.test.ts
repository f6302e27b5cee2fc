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
  a = new Redis(server.url);
  b = new Redis(server.url);
});

afterAll(async () => {
  a.disconnect();
  b.disconnect();
  await server.stop();
});

// An id without a version is of the oldest that a build knows: of v1 here, of v2 below.
describeStore(
  { describe, it },
  redisSubject('an old and a new build, sessions of the old version', () => ({ a, b }), {
    builds: { a: ['v1'], b: ['v2', 'v1'] },
  }),
);

describeStore(
  { describe, it },
  redisSubject('a new build and the next, sessions of the new version', () => ({ a, b }), {
    builds: { a: ['v2'], b: ['v3', 'v2'] },
  }),
);
