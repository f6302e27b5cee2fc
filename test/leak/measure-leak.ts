import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { type Pod, startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { runCancelled, runSessions } from './load.ts';
import { createRequests } from './requests.ts';

const FIXTURE = fileURLToPath(new URL('fixture.ts', import.meta.url));
const PRELOAD = new URL('preload.ts', import.meta.url).href;
const SETTLE_MS = 30_000;

/** What one pod holds after its garbage is collected. */
export interface Held {
  readonly heapBytes: number;
  /** Open handles and timers by type, and how many objects of sessions and calls live. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What is held at one time. */
export interface Snapshot {
  readonly pods: readonly Held[];
  readonly redisKeys: number;
}

export interface LeakOptions {
  readonly sessions: number;
  readonly cancelled: number;
  /** The round before the baseline, which fills caches and lets code be compiled. */
  readonly warmUp: number;
  /** How much a pod's heap may grow and still count as returned. Undefined: the heap's size is only reported. */
  readonly heapToleranceBytes?: number;
  readonly report?: (line: string) => void;
}

export interface LeakReport {
  readonly baseline: Snapshot;
  readonly after: Snapshot;
  /** What did not return to the baseline; empty: nothing leaks. */
  readonly leaks: readonly string[];
}

/** Collects the garbage of a pod with `preload.ts`, and says what is left. `count`: the number of the measurement. */
export async function measurePod(pod: Pod, directory: string, count: number): Promise<Held> {
  const file = join(directory, `${pod.process.pid}-${count}.json`);
  pod.process.signal('SIGUSR2');
  const until = Date.now() + SETTLE_MS;
  while (!existsSync(file)) {
    if (Date.now() > until) throw new Error(`pod ${pod.port} does not answer SIGUSR2:\n${pod.logs()}`);
    await delay(20);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Held;
}

/** What `after` holds beyond `baseline`. */
export function compare(baseline: Snapshot, after: Snapshot, heapToleranceBytes = Number.POSITIVE_INFINITY): string[] {
  const leaks: string[] = [];
  if (after.redisKeys > baseline.redisKeys) leaks.push(`Redis keys: ${baseline.redisKeys} -> ${after.redisKeys}`);
  for (const [index, { heapBytes, counts }] of after.pods.entries()) {
    const before = baseline.pods[index] as Held;
    if (heapBytes > before.heapBytes + heapToleranceBytes) {
      leaks.push(`pod ${index} heap: ${before.heapBytes} -> ${heapBytes} bytes`);
    }
    for (const [type, count] of Object.entries(counts)) {
      const had = before.counts[type] ?? 0;
      if (count > had) leaks.push(`pod ${index} ${type}: ${had} -> ${count}`);
    }
  }
  return leaks;
}

/** The lesser of two measurements in each respect: what is held is there at all times, what passes is not. */
export function lesser(one: Held, { heapBytes, counts }: Held): Held {
  const both = Object.entries(one.counts).map(([type, count]) => [type, Math.min(count, counts[type] ?? 0)]);
  return { heapBytes: Math.min(one.heapBytes, heapBytes), counts: Object.fromEntries(both) };
}

function lesserSnapshot(one: Snapshot, other: Snapshot): Snapshot {
  const pods = one.pods.map((held, index) => lesser(held, other.pods[index] as Held));
  return { pods, redisKeys: Math.min(one.redisKeys, other.redisKeys) };
}

/** Runs sessions and cancelled calls over three pods and says what they leave behind. */
export async function measureLeak(options: LeakOptions): Promise<LeakReport> {
  const { sessions, cancelled, warmUp, heapToleranceBytes, report = () => {} } = options;
  const directory = await mkdtemp(join(tmpdir(), 'anypod-leak-'));
  const redis = await startRedis();
  const client = new Redis(redis.url);
  const env = {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    LEAK_DIRECTORY: directory,
    ANYPOD_LOG_LEVEL: 'error',
    ANYPOD_LOG_FORMAT: 'pretty',
  };
  const { pods, stop } = await startPods({ module: FIXTURE, redisUrl: redis.url, count: 3, env });
  const urls = pods.map((pod) => new URL(pod.url));
  let measured = 0;

  async function load(sessionCount: number, cancelledCount: number): Promise<void> {
    const requests = createRequests();
    try {
      await runSessions(requests, urls, sessionCount);
      await runCancelled(requests, urls, cancelledCount);
    } finally {
      requests.close();
    }
  }

  async function snapshot(): Promise<Snapshot> {
    measured += 1;
    const held = await Promise.all(pods.map((pod) => measurePod(pod, directory, measured)));
    return { pods: held, redisKeys: await client.dbsize() };
  }

  try {
    await load(warmUp, warmUp);
    const first = await snapshot();
    await delay(1000);
    const baseline = lesserSnapshot(first, await snapshot());
    report(`baseline  ${JSON.stringify(baseline)}`);
    await load(sessions, cancelled);
    const until = Date.now() + SETTLE_MS;
    let after = await snapshot();
    while (compare(baseline, after, heapToleranceBytes).length > 0 && Date.now() < until) {
      await delay(1000);
      after = lesserSnapshot(after, await snapshot());
    }
    report(`after     ${JSON.stringify(after)}`);
    return { baseline, after, leaks: compare(baseline, after, heapToleranceBytes) };
  } finally {
    client.disconnect();
    await stop();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
