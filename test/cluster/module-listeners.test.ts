import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pod, startPod } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { logLines } from './log-lines.ts';
import { eventually } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

const module = fileURLToPath(new URL('fixture-listeners.ts', import.meta.url));

const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(): Promise<Pod> {
  const redis = await startRedis();
  cleanUp.push(() => redis.stop());
  const pod = await startPod({ module, redisUrl: redis.url });
  cleanUp.push(() => pod.kill9());
  return pod;
}

describe.each(['SIGTERM', 'SIGINT'] as const)('a module that listens to the process, until %s', (signal) => {
  let pod: Pod;
  let url: URL;
  beforeAll(async () => {
    pod = await start();
    url = new URL(pod.url);
  });

  test('is told at the start, in a line for each event', () => {
    const told = logLines(pod, 'the server module listens to this event');
    expect(told.map(({ event }) => event)).toEqual(['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection']);
    expect(told[0]?.['msg']).toMatch(/after the drain.*remove it/);
  });

  test('does not end the pod by a rejection that nobody handles', async () => {
    const session = await openSession(url);
    await messagesOf(await session.call(url, 1, 'reject'));
    await eventually(() => expect(logLines(pod, 'a promise was rejected')).toHaveLength(1));
    const echoed = await messagesOf(await session.call(url, 2, 'echo', { text: 'still here' }));
    expect(textOf(echoed.at(-1))).toBe('still here');
    expect(pod.logs()).not.toContain('the module leaves');
  });

  test('leaks no listener per session', async () => {
    const count = async () => {
      const session = await openSession(url);
      return textOf((await messagesOf(await session.call(url, 1, 'listeners'))).at(-1));
    };
    const first = await count();
    for (let session = 0; session < 20; session += 1) await openSession(url);
    expect(await count()).toBe(first);
    const lines = () => logLines(pod, 'the server module adds one listener after the other');
    await eventually(() => expect(lines()).toHaveLength(1));
  });

  test('does not cut the drain short, and is called after it [pod.drain.listeners]', async () => {
    const session = await openSession(url);
    const stream = readStream(await session.call(url, 1, 'slow', { steps: 10, ms: 100 }, 'token'));
    await stream.next();
    pod.process.signal(signal);
    expect(textOf((await stream.rest()).at(-1))).toBe('10 steps');
    expect(await pod.process.exited).toEqual({ code: 0, signal: null });
    expect(pod.logs().match(/the module leaves on \w+/g)).toEqual([`the module leaves on ${signal}`]);
  });
});
