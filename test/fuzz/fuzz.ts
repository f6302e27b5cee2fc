import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { openSession } from '../cluster/wire.ts';
import { compare, type Held, lesser, measurePod } from '../leak/measure-leak.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { CORPUS } from './corpus.ts';
import { faultOf, inSession, spell } from './judge.ts';
import { type Malformed, malformed } from './malformed.ts';
import { type Answer, createSender, type Sender } from './sender.ts';

const FIXTURE = fileURLToPath(new URL('fixture.ts', import.meta.url));
const PRELOAD = new URL('../leak/preload.ts', import.meta.url).href;
const BATCH = 500;
const AT_ONCE = 24;
const SESSIONS = 4;
/** Fills caches and lets code be compiled. */
const WARM_UP = 400;
const MOST_FAULTS = 20;
const SETTLE_MS = 60_000;

export interface FuzzOptions {
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
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, report = () => undefined } = options;
  const directory = await mkdtemp(join(tmpdir(), 'anypod-fuzz-'));
  const redis = await startRedis();
  const env = { NODE_OPTIONS: `--import=${PRELOAD}`, LEAK_DIRECTORY: directory, ANYPOD_LOG_LEVEL: 'error' };
  const pod = await startPod({ module: FIXTURE, redisUrl: redis.url, env });
  let measured = 0;
  const held = () => measurePod(pod, directory, ++measured);
  try {
    const warmUp = await attack(pod, { count: WARM_UP, seed: seed + 1 });
    const baseline = await least(held, await held(), () => measured < 2);
    report(`baseline  ${JSON.stringify(baseline)}`);
    const round = await attack(pod, options);
    const after = await least(held, await held(), (now) => leaksOf(baseline, now).length > 0);
    report(`after     ${JSON.stringify(after)}`);
    const faults = [...warmUp.faults, ...round.faults];
    return { ...round, faults: [...faults, ...faultsOf(pod)], leaks: leaksOf(baseline, after) };
  } finally {
    await pod.stop();
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

async function attack(pod: Pod, { count, seed, milliseconds = Number.POSITIVE_INFINITY, report }: FuzzOptions) {
  const sender = createSender(new URL(pod.origin));
  const sessions = await openSessions(pod, sender);
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  const until = Date.now() + milliseconds;
  let sent = 0;
  const goesOn = () => sent < count && Date.now() < until && faults.length < MOST_FAULTS;

  async function one(made: Malformed): Promise<void> {
    const session = sessions.any(sent);
    sent += 1;
    const request = inSession(made, session);
    try {
      const answer = await sender.send(request);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const fault = faultOf(request, answer);
      if (fault !== undefined) faults.push(`${fault}\n  ${spell(request)}`);
      await sessions.after(request, answer);
    } catch (error) {
      faults.push(`${(error as Error).message}\n  ${spell(request)}`);
    }
  }

  for (let batch = 0; goesOn(); batch += 1) {
    const made = fc.sample(malformed, { seed: seed + 7919 * batch, numRuns: BATCH });
    const requests = batch === 0 ? [...CORPUS, ...made] : made;
    const next = requests.values();
    const lane = async () => {
      for (const request of next) {
        if (!goesOn()) return;
        await one(request);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    if (batch % 20 === 19) report?.(`${sent} requests, ${JSON.stringify(statuses)}`);
  }
  await sessions.end();
  sender.close();
  return { sent, statuses, faults };
}

/** Sessions that the requests may use. One that a request has ended is replaced, and one that a request has begun is ended. */
async function openSessions({ url }: Pod, sender: Sender) {
  const open = async () => (await openSession(new URL(url), { name: 'fuzz' })).id;
  const ids = await Promise.all(Array.from({ length: SESSIONS }, open));
  const ended = new Set<string>();
  const end = (id: string) =>
    sender.send({ method: 'DELETE', path: '/mcp', headers: [['mcp-session-id', id]], body: '' });
  return {
    any: (turn: number) => ids[turn % ids.length] as string,
    async after({ method, headers }: Malformed, answer: Answer) {
      const begun = answer.headers['mcp-session-id'];
      if (typeof begun === 'string' && !ids.includes(begun)) await end(begun);
      if (method !== 'DELETE' || answer.status >= 300) return;
      for (const [, value] of headers) {
        const at = ids.indexOf(value);
        if (at === -1 || ended.has(value)) continue;
        ended.add(value);
        ids[at] = await open();
      }
    },
    async end() {
      await Promise.all(ids.map(end));
    },
  };
}
