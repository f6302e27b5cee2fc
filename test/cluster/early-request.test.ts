import { afterEach, expect, test } from 'vitest';
import { freePort } from '../lib/free-port.ts';
import { startPod } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { eventually } from './settle.ts';
import { openSession } from './wire.ts';

const module = new URL('./fixture.ts', import.meta.url).pathname;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

test('a request that comes before the pod is ready waits for it [pod.start.holds]', async () => {
  const [port, redisPort] = [await freePort(), await freePort()];
  const starting = startPod({ module, port, redisUrl: `redis://127.0.0.1:${redisPort}` });
  cleanUp.push(async () => (await starting).kill9());
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  await eventually(async () => expect((await fetch(new URL('/livez', url))).status).toBe(200));
  expect((await fetch(new URL('/readyz', url))).status).toBe(503);
  const session = openSession(url);
  const redis = await startRedis({ port: redisPort });
  cleanUp.push(() => redis.stop());
  expect((await session).id).toMatch(/./);
});
