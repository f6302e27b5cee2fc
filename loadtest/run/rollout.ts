import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHaproxy } from '../../test/lib/haproxy.ts';
import { type Pod, startPod } from '../../test/lib/pods.ts';
import { startRedis } from '../../test/lib/redis-server.ts';
import type { Finding, Study } from './finding.ts';
import { runK6 } from './k6.ts';
import { POD_CORE, pin } from './pin.ts';
import { MODULE } from './stack.ts';

const PODS = 3;
/** Longer than the balancer takes to notice. */
const DRAIN_DELAY = { ANYPOD_DRAIN_DELAY: '1500', ANYPOD_LOG_LEVEL: 'warn' };
const SECONDS = { smoke: 20, other: 60 };
const WITHIN_MS = 5 * 60_000;

/** Every pod replaced, one after the other, under calls at a fixed rate: what `kubectl rollout restart` does, without a cluster. */
export const rollout: Study = async ({ profile, results }) => {
  const findings: Finding[] = [];
  for (const era of ['legacy', 'modern']) findings.push(await replaceAll(era, profile, results));
  return findings;
};

async function replaceAll(era: string, profile: string, results: string): Promise<Finding> {
  const seconds = profile === 'smoke' ? SECONDS.smoke : SECONDS.other;
  const redis = await startRedis();
  const start = async (port?: number): Promise<Pod> => {
    const place = port === undefined ? {} : { port };
    const pod = await startPod({ module: MODULE, redisUrl: redis.url, env: DRAIN_DELAY, ...place });
    pin(pod.process.pid, POD_CORE);
    return pod;
  };
  const pods = await Promise.all(Array.from({ length: PODS }, () => start()));
  const balancer = await startHaproxy({ pods, balance: 'roundrobin' });
  let replaced = 0;
  let over = false;
  const replacing = async () => {
    while (!over) {
      const index = replaced % PODS;
      const old = pods[index] as Pod;
      await old.stop();
      pods[index] = await start(old.port);
      replaced += 1;
      // The balancer takes it up again.
      await delay(1500);
    }
  };
  try {
    const environment = { URL: balancer.url, ERA: era, PROFILE: profile, SECONDS: `${seconds}` };
    const htmlFile = join(results, `rollout-${era}.html`);
    const load = runK6({ scenario: 'rollout', name: `rollout-${era}`, environment, htmlFile, withinMs: WITHIN_MS });
    const rolling = replacing();
    const { summary, held } = await load;
    over = true;
    await rolling;
    const value = (metric: string, name: string) => summary.metrics[metric]?.values[name] ?? Number.NaN;
    return {
      study: 'rollout',
      subject: `${PODS} pods, replaced one after the other for ${seconds} s · ${era}`,
      values: {
        'pods replaced': replaced,
        calls: value('mcp_answered', 'count'),
        'p50 ms': value('mcp_call', 'med'),
        'p99 ms': value('mcp_call', 'p(99)'),
        failed: value('http_req_failed', 'passes'),
        'not made when due': summary.metrics['dropped_iterations']?.values['count'] ?? 0,
      },
      promises: [
        { sentence: 'No call fails while pods are replaced, and none is tried twice.', held },
        { sentence: 'Every pod was replaced.', held: replaced >= PODS },
      ],
    };
  } finally {
    over = true;
    await balancer.stop();
    await Promise.all(pods.map((pod) => pod.stop()));
    await redis.stop();
  }
}
