import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { profileNamed } from '../lib/profiles.ts';
import type { Finding, Study } from './finding.ts';
import { memoryOf } from './memory.ts';
import { type Stack, startStack } from './stack.ts';
import { connectWire, inParallel, type WireClient } from './wire.ts';

const CONNECTIONS = 64;
const ACTIVE = 1_000;
const REPLAYED = 10;

/** What idle sessions cost in Redis and in pods, without and with a stream of ten events that can be resumed; and connections per active one. */
export const sessions: Study = async ({ profile }) => {
  const count = profileNamed(profile).sessions;
  const stack = await startStack({ pods: 2, redis: true, balancer: false });
  const redis = new Redis(stack.redisUrl ?? '');
  const client = connectWire(stack.url, CONNECTIONS);
  try {
    return [
      await idle(stack, redis, client, count),
      await replayable(redis, stack, Math.min(count, 5_000)),
      await active(stack, redis),
    ];
  } finally {
    await client.close();
    redis.disconnect();
    await stack.stop();
  }
};

async function idle(stack: Stack, redis: Redis, client: WireClient, count: number): Promise<Finding> {
  // What the first sessions cost once is not theirs.
  await inParallel(Array.from({ length: 500 }), CONNECTIONS, async () => void (await client.open()));
  const before = { redis: await usedMemory(redis), pods: podMemory(stack) };
  const began = performance.now();
  const opened: string[] = [];
  await inParallel(Array.from({ length: count }), CONNECTIONS, async () => void opened.push(await client.open()));
  const seconds = (performance.now() - began) / 1000;
  const perSession = (await usedMemory(redis)) - before.redis;
  const inPods = podMemory(stack) - before.pods;
  // Any pod, also one that has never seen them, goes on with sessions that were idle.
  const sample = opened.filter((_, index) => index % Math.ceil(count / 500) === 0);
  const other = connectWire(stack.pods[1]?.url ?? stack.url, CONNECTIONS);
  let kept = 0;
  await inParallel(sample, CONNECTIONS, async (session) => {
    await other.call(session, 'wait', { ms: 0 });
    kept += 1;
  });
  await other.close();
  const bytes = perSession / count;
  return {
    study: 'sessions',
    subject: `${count} idle sessions`,
    values: {
      'bytes in Redis per session': bytes,
      'KB in pods per session': inPods / count / 1024,
      'opened per second': count / seconds,
    },
    promises: [
      { sentence: 'An idle session is at most 1 KB in Redis.', held: bytes <= 1024 },
      { sentence: 'Every pod goes on with an idle session.', held: kept === sample.length },
    ],
  };
}

async function replayable(redis: Redis, stack: Stack, count: number): Promise<Finding> {
  const client = connectWire(stack.url, CONNECTIONS);
  const before = await usedMemory(redis);
  const opened: string[] = [];
  await inParallel(Array.from({ length: count }), CONNECTIONS, async () => void opened.push(await client.open()));
  await inParallel(opened, CONNECTIONS, (session) => streamOnce(stack.url, session));
  await delay(500);
  const bytes = ((await usedMemory(redis)) - before) / count;
  await client.close();
  return {
    study: 'sessions',
    subject: `${count} sessions with a replay buffer of ${REPLAYED} events`,
    values: { 'bytes in Redis per session': bytes },
    promises: [
      { sentence: 'A session with ten events to replay is at most 10 KB in Redis.', held: bytes <= 10 * 1024 },
    ],
  };
}

/** Calls a tool that sends ten events, and reads the stream to its end. */
async function streamOnce(url: string, session: string): Promise<void> {
  const params = { name: 'count', arguments: { events: REPLAYED, ms: 0 }, _meta: { progressToken: 1 } };
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  const text = await answer.text();
  if (!text.includes('"result"')) throw new Error(`${answer.status}: ${text}`);
}

async function active(stack: Stack, redis: Redis): Promise<Finding> {
  const client = connectWire(stack.url, CONNECTIONS);
  const opened: string[] = [];
  await inParallel(Array.from({ length: ACTIVE }), CONNECTIONS, async () => void opened.push(await client.open()));
  const redisConnections = (await redis.info('clients')).match(/connected_clients:(\d+)/)?.[1];
  await inParallel([...opened, ...opened], CONNECTIONS, (session) => client.call(session, 'wait', { ms: 5 }));
  await client.close();
  return {
    study: 'sessions',
    subject: `${ACTIVE} active sessions`,
    values: { connections: CONNECTIONS, 'connections of both pods to Redis': Number(redisConnections) - 1 },
    promises: [{ sentence: '1,000 active sessions need at most 100 connections.', held: CONNECTIONS <= 100 }],
  };
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number((await redis.info('memory')).match(/used_memory:(\d+)/)?.[1]);
}

const podMemory = ({ pods }: Stack) => pods.reduce((sum, pod) => sum + memoryOf(pod.process.pid), 0);
