import { join } from 'node:path';
import { Redis } from 'ioredis';
import { profileNamed } from '../lib/profiles.ts';
import type { Study } from './finding.ts';
import { runK6 } from './k6.ts';
import { memoryOf } from './memory.ts';
import { percentile } from './percentiles.ts';
import { startStack } from './stack.ts';

const SAMPLES = 60;
/** Sessions that nobody ended go after this long, so that Redis can come to rest. */
const SESSION_TTL_MS = 60_000;
const MOST_GROWTH = 1.15;

/** Clients come and go; memory of pods and Redis must stay where it was after the first quarter. */
export const soak: Study = async ({ profile, results }) => {
  const { duration } = profileNamed(profile);
  const env = { ANYPOD_SESSION_TTL: `${SESSION_TTL_MS}`, ANYPOD_STREAM_RETENTION: `${SESSION_TTL_MS}` };
  const stack = await startStack({ pods: 3, redis: true, balancer: true, env });
  const redis = new Redis(stack.redisUrl ?? '');
  const pods: number[] = [];
  const stores: number[] = [];
  const sample = async () => {
    pods.push(stack.pods.reduce((sum, { process }) => sum + memoryOf(process.pid), 0));
    stores.push(Number((await redis.info('memory')).match(/used_memory:(\d+)/)?.[1]));
  };
  const sampling = setInterval(() => void sample(), (duration * 1000) / SAMPLES);
  try {
    const environment = { URL: stack.url, PROFILE: profile };
    const withinMs = (duration + 120) * 1000;
    const { summary, held } = await runK6({
      scenario: 'soak',
      name: 'soak',
      environment,
      htmlFile: join(results, 'soak.html'),
      withinMs,
      collects: true,
    });
    const growth = grown(pods);
    // A short run only shows that it works: compiled code and young heaps still grow.
    const judged = duration > 600;
    return [
      {
        study: 'soak',
        subject: `${duration} s of clients that come and go over 3 pods`,
        values: {
          calls: summary.metrics['mcp_answered']?.values['count'] ?? Number.NaN,
          'pods MB at last': (pods.at(-1) ?? Number.NaN) / 2 ** 20,
          'pods: last quarter / second': growth,
          'Redis: last quarter / second': grown(stores),
        },
        promises: [
          { sentence: 'No call fails.', held },
          ...(judged ? [{ sentence: 'The memory of the pods is flat.', held: growth <= MOST_GROWTH }] : []),
        ],
      },
    ];
  } finally {
    clearInterval(sampling);
    redis.disconnect();
    await stack.stop();
  }
};

/** The median of the last quarter of the samples over that of the second. */
function grown(samples: readonly number[]): number {
  const quarter = Math.floor(samples.length / 4);
  return percentile(samples.slice(-quarter), 0.5) / percentile(samples.slice(quarter, 2 * quarter), 0.5);
}
