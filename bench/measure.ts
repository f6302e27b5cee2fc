import { type Child, startChild } from '../test/lib/child.ts';
import { freePort } from '../test/lib/free-port.ts';
import { waitUntilReady } from '../test/lib/wait-until-ready.ts';
import { cpuTime } from './cpu-time.ts';
import { type Load, openLoad } from './load.ts';
import type { Subject } from './subjects.ts';

/** One round of one subject. */
export interface Sample {
  /** User and system time of the server process per request. */
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
}

/** A running subject. */
export interface Bench {
  readonly subject: Subject;
  /** Measures for `milliseconds`. */
  measure(milliseconds: number): Promise<Sample>;
  stop(): Promise<void>;
}

const CONNECTIONS = 16;
/** Bounds beside the time: far above what a core answers in a round; and few enough sessions that a server which keeps them all has room. */
const MOST = { call: 200_000, mixed: 200_000, list: 200_000, open: 400 };
const SERVER_CORE = '0';
const SECRET = 'a-secret-that-only-the-bench-may-use-0123';

/** Starts a subject's process on its core and warms it up for `warmMs`. */
export async function startBench(subject: Subject, redisUrl: string, warmMs: number): Promise<Bench> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = startChild(
    'taskset',
    ['--cpu-list', SERVER_CORE, process.execPath, ...subject.command(port, redisUrl)],
    {
      env: {
        ...process.env,
        PORT: `${port}`,
        TOOLS: `${subject.tools}`,
        SCHEMAS: subject.schemas,
        ANYPOD_SECRET: SECRET,
      },
    },
  );
  const load = await ready(child, subject, origin);
  await load.run(warmMs, MOST[subject.work]);
  return {
    subject,
    async measure(milliseconds) {
      const cpu = cpuTime(child.pid);
      const started = performance.now();
      const calls = await load.run(milliseconds, MOST[subject.work]);
      const seconds = (performance.now() - started) / 1000;
      return { cpuMicros: (cpuTime(child.pid) - cpu) / calls, requestsPerSecond: calls / seconds };
    },
    async stop() {
      await load.close();
      await child.stop();
    },
  };
}

async function ready(child: Child, { name, era, work }: Subject, origin: string): Promise<Load> {
  try {
    const probe = async () => (await fetch(`${origin}/readyz`)).ok;
    await waitUntilReady(child, probe, { name });
    return await openLoad(origin, era, work, CONNECTIONS);
  } catch (error) {
    await child.stop(0);
    throw error;
  }
}
