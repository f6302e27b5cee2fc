import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ANYPOD } from '../../test/lib/anypod.ts';
import { startChild } from '../../test/lib/child.ts';
import { freePort } from '../../test/lib/free-port.ts';
import { startRedis } from '../../test/lib/redis-server.ts';
import type { Finding, Study } from './finding.ts';
import { percentile } from './percentiles.ts';
import { onCore, POD_CORE } from './pin.ts';
import { untilReady } from './until-ready.ts';

const STARTS = { smoke: 5, other: 15 };
const PROMISED_MS = 500;
const MODULE = join(import.meta.dirname, '../server/tools.ts');
const SECRET = 'a-secret-that-only-load-tests-use-0123456789';

/** From the start of the process, on one core of its own, to the first 200 of `/readyz`; and what of that is Node and the command's own imports. */
export const startup: Study = async ({ profile }) => {
  const starts = profile === 'smoke' ? STARTS.smoke : STARTS.other;
  const redis = await startRedis();
  try {
    const findings = [await startUp(1, starts, redis.url), await startUp(20, starts, redis.url)];
    return [
      floor('Node alone', ['-e', '0'], starts),
      floor('the command’s imports', [ANYPOD, '--help'], starts),
      ...findings,
    ];
  } finally {
    await redis.stop();
  }
};

async function startUp(tools: number, starts: number, redisUrl: string): Promise<Finding> {
  const times: number[] = [];
  for (let start = 0; start < starts; start += 1) times.push(await startUpOnce(tools, redisUrl));
  const median = percentile(times, 0.5);
  return {
    ...found(`a pod with ${tools} ${tools === 1 ? 'tool' : 'tools'} and Redis, to ready`, times),
    promises: [{ sentence: 'A pod is ready within 0.5 s of its start.', held: median <= PROMISED_MS }],
  };
}

async function startUpOnce(tools: number, redisUrl: string): Promise<number> {
  const port = await freePort();
  const [command, ...args] = onCore(POD_CORE, [process.execPath, ANYPOD, 'serve', MODULE, '--port', `${port}`]);
  const env = {
    ...process.env,
    TOOLS: `${tools}`,
    REDIS_URL: redisUrl,
    ANYPOD_SECRET: SECRET,
    ANYPOD_DRAIN_DELAY: '0',
  };
  const began = performance.now();
  const child = startChild(command, args, { env });
  try {
    await untilReady(
      port,
      () => child.running,
      () => `no pod:\n${child.logs()}`,
    );
    return performance.now() - began;
  } finally {
    await child.stop();
  }
}

/** What a process takes that ends by itself. */
function floor(subject: string, nodeArgs: readonly string[], starts: number): Finding {
  const [command, ...args] = onCore(POD_CORE, [process.execPath, ...nodeArgs]);
  const times = Array.from({ length: starts }, () => {
    const began = performance.now();
    const { status, stderr } = spawnSync(command, args);
    if (status !== 0) throw new Error(`${subject}: ${stderr}`);
    return performance.now() - began;
  });
  return { ...found(subject, times), promises: [] };
}

function found(subject: string, times: readonly number[]) {
  return {
    study: 'startup',
    subject,
    values: { 'median ms': percentile(times, 0.5), 'slowest ms': Math.max(...times), starts: times.length },
  };
}
