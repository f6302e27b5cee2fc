import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Pod, startPod } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { eventually } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { openSession, textOf } from './wire.ts';

const module = new URL('./fixture.ts', import.meta.url).pathname;
const LONG_MS = 30_000;

async function connects(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect').finally(() => socket.destroy());
}

describe('a pod that is told to go', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  async function start(drainDelayMs: number): Promise<Pod> {
    const redis = await startRedis();
    cleanUp.push(() => redis.stop());
    const pod = await startPod({ module, redisUrl: redis.url, env: { ANYPOD_DRAIN_DELAY: `${drainDelayMs}` } });
    cleanUp.push(() => pod.kill9());
    return pod;
  }

  const statusOf = async (pod: Pod, path: string) => (await fetch(new URL(path, pod.url))).status;

  test('is alive but not ready, and serves on connections that close [pod.drain.order]', async () => {
    const pod = await start(LONG_MS);
    const session = await openSession(new URL(pod.url));
    pod.process.signal('SIGTERM');
    await eventually(async () => expect(await statusOf(pod, '/readyz')).toBe(503));
    expect(await statusOf(pod, '/livez')).toBe(200);
    const response = await session.send(new URL(pod.url), { jsonrpc: '2.0', id: 2, method: 'ping' });
    expect(response.status).toBe(200);
    expect(response.headers.get('connection')).toBe('close');
  });

  test('refuses connections once the balancer has had its time, while calls go on [pod.drain.refuses]', async () => {
    const pod = await start(0);
    const url = new URL(pod.url);
    const session = await openSession(url);
    const stream = readStream(await session.call(url, 1, 'slow', { steps: 20, ms: 100 }, 'token'));
    await stream.next();
    pod.process.signal('SIGTERM');
    await eventually(() => expect(connects(pod.port)).rejects.toThrow('ECONNREFUSED'));
    expect(textOf((await stream.rest()).at(-1))).toBe('20 steps');
    expect(await pod.process.exited).toMatchObject({ code: 0 });
  });

  test('goes with exit code 0 once nothing is left', async () => {
    const pod = await start(0);
    pod.process.signal('SIGTERM');
    expect(await pod.process.exited).toMatchObject({ code: 0 });
  });

  test('goes at once when told twice', async () => {
    const pod = await start(LONG_MS);
    pod.process.signal('SIGTERM');
    await eventually(async () => expect(await statusOf(pod, '/readyz')).toBe(503));
    pod.process.signal('SIGTERM');
    expect(await pod.process.exited).toMatchObject({ code: 1 });
  });
});
