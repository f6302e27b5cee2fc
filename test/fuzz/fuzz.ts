import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { compare, type Held, lesser, measurePod } from '../leak/measure-leak.ts';
import type { Pod } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { faultOf, fill, spell } from './judge.ts';
import { endSessions, sessionsIn } from './leftovers.ts';
import { startOverSse } from './over-sse.ts';
import { LIVE_SESSION, type Malformed } from './request.ts';
import { createSender } from './sender.ts';
import { type Left, openSessions } from './sessions.ts';
import { startStreamable } from './streamable.ts';
import type { StartTarget, Target, TargetName } from './target.ts';
import { startWithAuth } from './with-auth.ts';

/** The pods that are attacked. */
const TARGETS: Readonly<Record<TargetName, StartTarget>> = {
  streamable: startStreamable,
  sse: startOverSse,
  auth: startWithAuth,
};

const PRELOAD = new URL('../leak/preload.ts', import.meta.url).href;
const BATCH = 500;
const AT_ONCE = 24;
/** Fills caches and lets code be compiled. */
const WARM_UP = 400;
const MOST_FAULTS = 20;
const SETTLE_MS = 60_000;

export interface FuzzOptions {
  readonly target: TargetName;
  readonly count: number;
  /** The same seed makes the same requests. */
  readonly seed: number;
  /** Stops after this time, with fewer requests. */
  readonly milliseconds?: number;
  readonly report?: (line: string) => void;
}

export interface FuzzReport {
  readonly sent: number;
  /** How many answers had which status. 0: none, which only bytes that are no HTTP may get. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What went wrong, with the request; empty: nothing. */
  readonly faults: readonly string[];
  /** What the pod holds beyond its baseline; empty: nothing. */
  readonly leaks: readonly string[];
}

/** Sends malformed requests to a pod with a Redis, and says what is wrong with its answers and what they leave behind. */
export async function fuzz({ target: name, ...options }: FuzzOptions): Promise<FuzzReport> {
  const { seed, report = () => undefined } = options;
  const directory = await mkdtemp(join(tmpdir(), 'anypod-fuzz-'));
  const redis = await startRedis();
  const env = {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    LEAK_DIRECTORY: directory,
    ANYPOD_LOG_LEVEL: 'error',
    // A busy machine makes the event loop late too.
    ANYPOD_MAX_LOOP_DELAY: '0',
  };
  const target = await TARGETS[name](redis.url, env);
  const { pod } = target;
  let measured = 0;
  const held = () => measurePod(pod, directory, ++measured);
  try {
    const warmUp = await attack(target, redis.url, { count: WARM_UP, seed: seed + 1 });
    const baseline = await least(held, await held(), () => measured < 2);
    report(`baseline  ${JSON.stringify(baseline)}`);
    const round = await attack(target, redis.url, options);
    const after = await least(held, await held(), (now) => leaksOf(baseline, now).length > 0);
    report(`after     ${JSON.stringify(after)}`);
    return {
      ...round,
      faults: [...warmUp.faults, ...round.faults, ...faultsOf(pod)],
      leaks: [...warmUp.leaks, ...round.leaks, ...leaksOf(baseline, after)],
    };
  } finally {
    await target.stop();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Measures again while `wanted`, for a time at most, and keeps the least of each. */
async function least(held: () => Promise<Held>, first: Held, wanted: (now: Held) => boolean): Promise<Held> {
  const until = Date.now() + SETTLE_MS;
  let now = first;
  while (wanted(now) && Date.now() < until) {
    await delay(1000);
    now = lesser(now, await held());
  }
  return now;
}

function leaksOf(baseline: Held, after: Held): string[] {
  return compare({ pods: [baseline], redisKeys: 0 }, { pods: [after], redisKeys: 0 });
}

/** A pod that has crashed, or that reports a fault of its own. */
function faultsOf(pod: Pod): string[] {
  const lines = pod.logs().split('\n');
  return lines
    .filter((line) => /"level":"(?:error|fatal)"/.test(line))
    .map((line) => `the pod logged: ${line.slice(0, 500)}`);
}

async function attack(target: Target, redisUrl: string, options: Omit<FuzzOptions, 'target'>) {
  const { count, seed, milliseconds = Number.POSITIVE_INFINITY, report } = options;
  const { pod, corpus, requests: made, words } = target;
  const sender = createSender(new URL(pod.origin));
  const sessions = await openSessions(target, sender);
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  const until = Date.now() + milliseconds;
  let sent = 0;
  const goesOn = () => sent < count && Date.now() < until && faults.length < MOST_FAULTS;

  async function one(template: Malformed): Promise<void> {
    const request = fill(template, { ...words, [LIVE_SESSION]: sessions.any(sent) });
    sent += 1;
    try {
      const answer = await sender.send(request);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const fault = faultOf(request, answer) ?? target.faultOf(request, answer);
      if (fault !== undefined) faults.push(`${fault}\n  ${spell(request)}`);
      await sessions.after(request, answer);
    } catch (error) {
      faults.push(`${(error as Error).message}\n  ${spell(request)}`);
    }
  }

  for (let batch = 0; goesOn(); batch += 1) {
    const sample = fc.sample(made, { seed: seed + 7919 * batch, numRuns: BATCH });
    const next = (batch === 0 ? [...corpus, ...sample] : sample).values();
    const lane = async () => {
      for (const request of next) {
        if (!goesOn()) return;
        await one(request);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    if (batch % 20 === 19) report?.(`${sent} requests, ${JSON.stringify(statuses)}`);
  }
  const left = await sessions.end();
  sender.close();
  return { sent, statuses, faults, leaks: await clearSessions(redisUrl, left, report) };
}

/** Says where more or fewer sessions are left than must be. Ends these, so that nothing of them is left, neither in Redis nor on the pod. */
async function clearSessions(redisUrl: string, { least, unanswered }: Left, report?: (line: string) => void) {
  const ids = await sessionsIn(redisUrl);
  const wrong = ids.length < least || ids.length > least + unanswered;
  const sentence = `${ids.length} sessions are left: ${least} that no client can end, and at most ${unanswered} whose client left before the answer`;
  report?.(sentence);
  await endSessions(redisUrl, ids);
  const until = Date.now() + SETTLE_MS;
  let kept = await sessionsIn(redisUrl);
  while (kept.length > 0 && Date.now() < until) {
    await delay(500);
    kept = await sessionsIn(redisUrl);
  }
  return [...(wrong ? [sentence] : []), ...kept.map((id) => `Redis keeps something of the ended session ${id}`)];
}
