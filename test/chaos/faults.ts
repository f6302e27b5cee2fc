import { setTimeout as delay } from 'node:timers/promises';
import { messagesOf, openSession, textOf } from '../cluster/wire.ts';
import type { LostPod } from './judge.ts';
import { runName } from './run-name.ts';
import { LEASE_MS, type Stage } from './stage.ts';

/** Above delay, timeout and everything that a pod does after them. */
const EXIT_WITHIN_MS = 60_000;

/** SIGTERM; the pod must end by itself, with 0. */
export async function terminate(stage: Stage, index: number): Promise<void> {
  const pod = stage.pods[index];
  const exit = await pod?.process.stop(EXIT_WITHIN_MS);
  if (exit?.code !== 0) throw new Error(`after SIGTERM the pod ended with ${JSON.stringify(exit)}:\n${pod?.logs()}`);
}

/**
 * Resolves when the balancer has read what had come to it before, such as the ends of a dead pod's connections. Until then it may send calls there. Each of its
 * threads reads for itself, so there are several requests, each on a connection of its own.
 */
async function readByBalancer({ balancer }: Stage): Promise<void> {
  for (let request = 0; request < 10; request += 1) {
    const answer = await fetch(balancer.url, { headers: { connection: 'close' } }).catch(() => undefined);
    await answer?.body?.cancel();
  }
}

/** SIGKILL. */
export async function kill(stage: Stage, index: number): Promise<LostPod> {
  const pod = stage.pods[index];
  const from = performance.now();
  await pod?.kill9();
  await readByBalancer(stage);
  // A call that was on its way to the pod when it died.
  return { run: runName(pod?.process.pid), from, to: performance.now() + 100 };
}

/** SIGSTOP for longer than the others wait for a pod, then SIGCONT. */
export async function freeze(stage: Stage, index: number, ms: number): Promise<LostPod> {
  const pod = stage.pods[index];
  const from = performance.now();
  pod?.process.signal('SIGSTOP');
  await delay(ms);
  pod?.process.signal('SIGCONT');
  return { run: runName(pod?.process.pid), from, to: performance.now() };
}

/** A tool that does not give the pod's event loop a turn for two leases. */
export async function block(stage: Stage, index: number): Promise<void> {
  const url = new URL(stage.pods[index]?.url ?? '');
  const session = await openSession(url, { name: 'blocker' });
  const response = await session.call(url, 1, 'block', { ms: 2 * LEASE_MS }, 'token');
  const text = textOf((await messagesOf(response)).at(-1));
  if (text !== '1') throw new Error(`the blocking tool did not end well: ${text}`);
}

/** Redis answers nothing for a while, and keeps its connections. */
export async function pauseRedis(stage: Stage, ms: number): Promise<void> {
  const { process } = stage.redis;
  process.signal('SIGSTOP');
  await delay(ms);
  process.signal('SIGCONT');
}

/** Redis ends without a word and comes back with its append-only file. */
export async function restartRedis(stage: Stage, awayMs: number): Promise<void> {
  const { process } = stage.redis;
  process.signal('SIGKILL');
  await process.exited;
  await delay(awayMs);
  await stage.restartRedis();
}
