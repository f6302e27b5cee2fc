import { createSealer } from 'anypod';
import { describeStore } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { redisSubject } from './redis-subject.ts';

const OLD = 'the old payload key of thirty-two bytes';
const NEW = 'the new payload key of thirty-two bytes';

let server: RedisServer;
let a: Redis;
let b: Redis;

beforeAll(async () => {
  server = await startRedis();
  a = new Redis(server.url, { enableAutoPipelining: true });
  b = new Redis(server.url);
});

afterAll(async () => {
  a.disconnect();
  b.disconnect();
  await server.stop();
});

// In the middle of a rotation each pod meets what the other has written.
describeStore(
  { describe, it },
  redisSubject('the store over Redis, sealed, while its keys rotate', () => ({ a, b }), {
    sealers: { a: createSealer([OLD, NEW, 'plain']), b: createSealer([NEW, 'plain', OLD]) },
  }),
);
