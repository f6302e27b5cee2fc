import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { FIXTURE } from './deployment.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('a pod does not start beside pods of a build that has nothing in common with it, and says so in a sentence', async () => {
  const admin = new Redis(redis.url);
  const later = Date.now() + 60_000;
  await admin.zadd('anypod:v1:pods', later, 'pod-x');
  await admin.zadd('anypod:v1:builds', later, JSON.stringify(['pod-x', ['v3', 'v2']]));
  const starting = startPod({ module: FIXTURE, redisUrl: redis.url });
  await expect(starting).rejects.toThrow(/key version v1\. The living pods serve those of v3 and v2\. .*\n(?! +at )/);
  await expect(starting).rejects.toThrow(/code 2/);

  await admin.zrem('anypod:v1:pods', 'pod-x');
  const pod = await startPod({ module: FIXTURE, redisUrl: redis.url });
  expect(await admin.zcard('anypod:v1:builds')).toBe(2);
  await pod.stop();
  admin.disconnect();
});
