import { percentile } from '../loadtest/run/percentiles.ts';
import { type Child, startChild } from '../test/lib/child.ts';
import { freePort } from '../test/lib/free-port.ts';
import { waitUntilReady } from '../test/lib/wait-until-ready.ts';
import { cpuTime } from './cpu-time.ts';
import { type IdleSession, weighSessions } from './idle-sessions.ts';
import { type Load, openLoad } from './load.ts';
import type { BenchRedis } from './redis.ts';
import { restingMemory } from './resting-memory.ts';
import type { Subject } from './subject.ts';
import type { Work } from './work.ts';

/** One round of one subject. */
export interface Sample {
  /** User and system time of the server process per request. */
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
  /** The latency with all connections busy, in ms. */
  readonly p50: number;
  readonly p99: number;
  /** The latency of one request at a time, in ms. */
  readonly aloneP50: number;
  readonly aloneP99: number;
}

/** What a subject's process holds at the end; where the work was to open sessions, also what they cost. */
export type Memory = { readonly rssMb: number } & Partial<IdleSession>;

/** A running subject. */
export interface Bench {
  readonly subject: Subject;
  /** Measures for `milliseconds`, and a fifth of that with one connection. */
  measure(milliseconds: number): Promise<Sample>;
  /** To be called at the end, while no other subject is busy. */
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

const CONNECTIONS = 16;
/** Bounds beside the time: far above what a core answers in a round; and few enough sessions that a server which keeps them all has room. */
const MOST = { call: 200_000, mixed: 200_000, 'held-out': 200_000, progress: 200_000, list: 200_000, open: 400 };
const SERVER_CORE = '0';
const SECRET = 'a-secret-that-only-the-bench-may-use-0123';

/** What a compiler at run time needs before it has made of a server what it can. */
const WARM_UP = { leastMs: 2000, mostMs: 10_000, requests: 3000, sessions: 500 };

/** Starts a subject's process on its core and warms it up. */
export async function startBench(subject: Subject, redis: BenchRedis): Promise<Bench> {
  const port = await freePort();
  const child = startSubject(subject, port, redis.url);
  const load = await ready(child, subject, `http://127.0.0.1:${port}`);
  const limit = MOST[subject.work];
  await warmUp(load, subject.work);
  return {
    subject,
    measure: (milliseconds) => measureOnce(child.pid, load, milliseconds, limit),
    async memory() {
      const rssMb = (await restingMemory(child)) / 2 ** 20;
      if (subject.work !== 'open') return { rssMb };
      return { rssMb, ...(await weighSessions(child, load, subject.keeps === 'redis' ? redis : undefined)) };
    },
    async stop() {
      await load.close();
      await child.stop();
    },
  };
}

function startSubject({ command, tools, schemas, env }: Subject, port: number, redisUrl: string): Child {
  const settings = { PORT: `${port}`, TOOLS: `${tools}`, SCHEMAS: schemas, ANYPOD_SECRET: SECRET };
  return startChild('taskset', ['--cpu-list', SERVER_CORE, ...command(port, redisUrl)], {
    env: { ...process.env, ...settings, ...env },
  });
}

async function ready(child: Child, { name, era, work }: Subject, origin: string): Promise<Load> {
  try {
    const probe = async () => (await fetch(`${origin}/readyz`)).ok;
    await waitUntilReady(child, probe, { name });
    return await openLoad(origin, era, work, CONNECTIONS);
  } catch (error) {
    await child.stop(0);
    throw new Error(`${name} did not serve: ${error}`, { cause: error });
  }
}

/** At least so many requests, also where they are slow, and for some seconds, also where they are fast. */
async function warmUp(load: Load, work: Work): Promise<void> {
  const began = performance.now();
  const opens = work === 'open';
  await load.run({ milliseconds: WARM_UP.mostMs, limit: opens ? WARM_UP.sessions : WARM_UP.requests });
  // Sessions stay, so no more of them.
  if (opens) return;
  const milliseconds = WARM_UP.leastMs - (performance.now() - began);
  await load.run({ milliseconds, limit: Number.POSITIVE_INFINITY });
}

async function measureOnce(pid: number, load: Load, milliseconds: number, limit: number): Promise<Sample> {
  const cpu = cpuTime(pid);
  const started = performance.now();
  const busy = await load.run({ milliseconds, limit });
  const seconds = (performance.now() - started) / 1000;
  const cpuMicros = (cpuTime(pid) - cpu) / busy.length;
  const alone = await load.run({ milliseconds: milliseconds / 5, limit, connections: 1 });
  return {
    cpuMicros,
    requestsPerSecond: busy.length / seconds,
    p50: percentile(busy, 0.5),
    p99: percentile(busy, 0.99),
    aloneP50: percentile(alone, 0.5),
    aloneP99: percentile(alone, 0.99),
  };
}
