import { join } from 'node:path';
import { Redis } from 'ioredis';
import { cpuTime } from '../../bench/cpu-time.ts';
import { type Child, startChild } from '../../test/lib/child.ts';
import { freePort } from '../../test/lib/free-port.ts';
import { startRedis } from '../../test/lib/redis-server.ts';
import { waitUntilReady } from '../../test/lib/wait-until-ready.ts';
import type { Finding, Study, StudyOptions } from './finding.ts';
import { runK6 } from './k6.ts';
import { POD_CORE, pin } from './pin.ts';
import { usedMemory } from './redis-meter.ts';
import { startStack } from './stack.ts';

/** Each task of the measure, so many at once that a pod always has one to take. */
const CONCURRENCY = '32';
const DOCKET = join(import.meta.dirname, '../peers/fastmcp-server.py');

interface Subject {
  readonly name: string;
  readonly url: string;
  readonly redisUrl: string;
  readonly pids: readonly number[];
}

/** How many tasks a core runs from their creation to their result, how soon they begin, and what they leave in Redis. */
export const tasks: Study = async (options) => [...(await ofAnypod(options)), ...(await ofDocket(options))];

async function ofAnypod(options: StudyOptions): Promise<readonly Finding[]> {
  const env = { ANYPOD_TASK_TOOLS: '{"wait":{"mode":"always"}}', ANYPOD_TASK_CONCURRENCY: CONCURRENCY };
  const findings: Finding[] = [];
  for (const [pods, balancer] of [
    [1, false],
    [3, true],
  ] as const) {
    const stack = await startStack({ pods, redis: true, balancer, env });
    try {
      const { url, redisUrl = '' } = stack;
      const pids = stack.pods.map((pod) => pod.process.pid);
      findings.push(await measure({ name: `anypod, ${pods} pods`, url, redisUrl, pids }, options));
    } finally {
      await stack.stop();
    }
  }
  return findings;
}

/** The same tool as a task of FastMCP, whose engine is Docket. PYTHON names a Python with `fastmcp[tasks]`; without it, nothing is compared. */
async function ofDocket(options: StudyOptions): Promise<readonly Finding[]> {
  const python = process.env['PYTHON'];
  if (python === undefined) return [];
  const redis = await startRedis();
  const port = await freePort();
  let child: Child | undefined;
  try {
    const env = { ...process.env, PORT: `${port}`, REDIS_URL: redis.url, CONCURRENCY };
    child = startChild(python, [DOCKET], { env });
    const url = `http://127.0.0.1:${port}/mcp`;
    await waitUntilReady(child, async () => (await fetch(url)).status > 0, { name: 'FastMCP' });
    pin(child.pid, POD_CORE);
    const subject = { name: 'FastMCP with Docket, one process', url, redisUrl: redis.url, pids: [child.pid] };
    return [await measure(subject, options)];
  } finally {
    await child?.stop();
    await redis.stop();
  }
}

async function measure({ name, url, redisUrl, pids }: Subject, { profile, results }: StudyOptions): Promise<Finding> {
  const redis = new Redis(redisUrl);
  const cpu = () => pids.reduce((sum, pid) => sum + cpuTime(pid), 0) / 1e6;
  try {
    const before = { cpu: cpu(), bytes: await usedMemory(redis), at: performance.now() };
    const { summary, held } = await runK6({
      scenario: 'tasks',
      name: 'tasks',
      environment: { URL: url, PROFILE: profile },
      htmlFile: join(results, `tasks ${name}.html`),
      withinMs: 600_000,
    });
    const seconds = (performance.now() - before.at) / 1000;
    const value = (metric: string, key: string) => summary.metrics[metric]?.values[key] ?? Number.NaN;
    const count = value('mcp_tasks', 'count');
    return {
      study: 'tasks',
      subject: name,
      values: {
        tasks: count,
        'tasks/s': count / seconds,
        'tasks/s per core of the pods': count / (cpu() - before.cpu),
        'created p50 ms': value('mcp_task_created', 'med'),
        'created p99 ms': value('mcp_task_created', 'p(99)'),
        'started p50 ms': value('mcp_task_started', 'med'),
        'started p99 ms': value('mcp_task_started', 'p(99)'),
        'bytes of Redis per task': ((await usedMemory(redis)) - before.bytes) / count,
      },
      promises: name.startsWith('anypod') ? [{ sentence: 'Every task ends with its result.', held }] : [],
    };
  } finally {
    redis.disconnect();
  }
}
