import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { profileNamed } from '../lib/profiles.ts';
import type { Finding, Study } from './finding.ts';
import { memoryOfPods } from './memory.ts';
import { usedMemory } from './redis-meter.ts';
import { type Stack, startStack } from './stack.ts';
import { connectWire, inParallel, type WireClient } from './wire.ts';

const CONNECTIONS = 64;
const REPLAYED = 10;
/** The least: it is full before anything is measured, so what comes then is idle at once, as it else is after five minutes. */
const CACHE_BYTES = 8 * 1024 * 1024;
/** By which two heaps differ from one moment to the next. */
const NOISE_BYTES = 2 * 1024 * 1024;

/** What sessions cost in Redis and in pods: idle, taken up again on another pod, with a stream that can be resumed. */
export const sessions: Study = async ({ profile }) => {
  const count = profileNamed(profile).sessions;
  const env = { ANYPOD_CACHE_BYTES: `${CACHE_BYTES}` };
  const stack = await startStack({ pods: 2, redis: true, balancer: false, env });
  const redis = new Redis(stack.redisUrl ?? '');
  const clients = stack.pods.map(({ url }) => connectWire(url, CONNECTIONS));
  const [one, other] = clients as [WireClient, WireClient];
  const costs = createCosts(stack, redis);
  try {
    // What the first sessions cost once is not theirs.
    for (const client of clients) await useMany(client, await openMany(client, 1_000));
    const opened: string[] = [];
    const idle = await costs.of(count, async () => void opened.push(...(await openMany(one, count))));
    const touched = await costs.of(count, () => useMany(other, opened));
    const replayable = opened.slice(0, Math.min(count, 10_000));
    const replay = await costs.of(replayable.length, () => streamMany(one, replayable));
    return [idleFinding(idle, count), touchedFinding(touched, count), replayFinding(idle, replay, replayable.length)];
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    redis.disconnect();
    await stack.stop();
  }
};

/** Per session. */
interface Cost {
  readonly redisBytes: number;
  readonly podBytes: number;
  readonly seconds: number;
}

function createCosts(stack: Stack, redis: Redis) {
  const read = async () => ({ redis: await usedMemory(redis), pods: (await memoryOfPods(stack.pods)).live });
  return {
    /** What `work` on so many sessions leaves behind, each. */
    async of(count: number, work: () => Promise<void>): Promise<Cost> {
      const before = await read();
      const began = performance.now();
      await work();
      const seconds = (performance.now() - began) / 1000;
      // Writes that are made beside the answer.
      await delay(1000);
      const after = await read();
      return {
        redisBytes: (after.redis - before.redis) / count,
        podBytes: (after.pods - before.pods) / count,
        seconds,
      };
    },
  };
}

async function openMany(client: WireClient, count: number): Promise<string[]> {
  const opened: string[] = [];
  const open = async () => void opened.push(await client.open());
  await inParallel(Array.from({ length: count }), CONNECTIONS, open);
  return opened;
}

/** Throws where a session is not there any more. */
const useMany = (client: WireClient, opened: readonly string[]): Promise<void> =>
  inParallel(opened, CONNECTIONS, async (session) => void (await client.call(session, 'wait', { ms: 0 })));

/** Each calls a tool that sends ten events, and reads the stream to its end. */
const streamMany = (client: WireClient, opened: readonly string[]): Promise<void> =>
  inParallel(opened, CONNECTIONS, async (session) => {
    const params = { name: 'count', arguments: { events: REPLAYED, ms: 0 }, _meta: { progressToken: 1 } };
    await client.request(session, 'tools/call', params);
  });

function idleFinding({ redisBytes, podBytes, seconds }: Cost, count: number): Finding {
  return {
    study: 'sessions',
    subject: `${count} sessions, created and idle`,
    values: {
      'bytes in Redis per session': redisBytes,
      'bytes in pods per session': podBytes,
      'sessions per second': count / seconds,
    },
    promises: [
      { sentence: 'An idle session takes at most 1 KB in Redis.', held: redisBytes <= 1024 },
      { sentence: 'An idle session takes no memory in a pod.', held: podBytes * count <= NOISE_BYTES },
    ],
  };
}

function touchedFinding({ redisBytes, podBytes, seconds }: Cost, count: number): Finding {
  return {
    study: 'sessions',
    subject: `${count} idle sessions, each used once on the other pod`,
    values: {
      'more bytes in Redis per session': redisBytes,
      'bytes in pods per session': podBytes,
      'sessions per second': count / seconds,
    },
    promises: [
      // The study throws where one is not.
      { sentence: 'Every pod knows every idle session.', held: true },
    ],
  };
}

function replayFinding(idle: Cost, replay: Cost, count: number): Finding {
  const bytes = idle.redisBytes + replay.redisBytes;
  return {
    study: 'sessions',
    subject: `${count} sessions with a replay buffer of ${REPLAYED} events`,
    values: {
      'bytes in Redis per session': bytes,
      'bytes in pods per session': replay.podBytes,
      'sessions per second': count / replay.seconds,
    },
    promises: [
      { sentence: 'A session with ten events to replay takes at most 10 KB in Redis.', held: bytes <= 10 * 1024 },
    ],
  };
}
