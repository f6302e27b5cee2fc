import type { Pod } from '../../test/lib/pods.ts';
import { limitCpu } from './cpu-limit.ts';
import type { Finding, Study } from './finding.ts';
import { runK6 } from './k6.ts';
import { type Stack, startStack } from './stack.ts';

const COUNTS = [1, 2, 4, 8];
/** Small enough that eight of them, the balancer, Redis and the load fit into two cores. */
const CORES_PER_POD = 0.1;
const LEAST: Readonly<Record<number, number>> = { 2: 0.95, 4: 0.9 };
const WITHIN_MS = 5 * 60_000;

/**
 * Throughput at saturation by the number of pods, each with a CPU limit as Kubernetes sets it. Pods are warmed up before they are limited:
 * starting and compiling would use the quota up.
 */
export const linear: Study = async ({ profile }) => {
  const findings: Finding[] = [];
  for (const era of ['legacy', 'modern']) {
    let one = Number.NaN;
    for (const count of COUNTS) {
      const measured = await saturate(count, era, profile);
      if (count === 1) one = measured.rate;
      const efficiency = measured.rate / (count * one);
      const least = LEAST[count];
      findings.push({
        study: 'linear',
        subject: `${count} pods of ${CORES_PER_POD} cores · ${era}`,
        values: {
          'calls/s': measured.rate,
          efficiency,
          'CPU used of the limit': measured.used,
          'throttled periods': measured.throttled,
        },
        promises:
          least === undefined
            ? []
            : [
                {
                  sentence: `${count} pods answer at least ${least} × ${count} times what one does.`,
                  held: efficiency >= least,
                },
              ],
      });
    }
  }
  return findings;
};

interface Saturated {
  readonly rate: number;
  /** Of what the pods may use. */
  readonly used: number;
  readonly throttled: number;
}

async function saturate(count: number, era: string, profile: string): Promise<Saturated> {
  const stack = await startStack({ pods: count, redis: true, balancer: true, pinned: false });
  try {
    await call(stack, era, 'warm-up', profile);
    const limit = limitCpu(
      stack.pods.map((pod: Pod) => pod.process.pid),
      CORES_PER_POD,
    );
    try {
      const before = limit.usage();
      const rate = await call(stack, era, 'measured', profile);
      const after = limit.usage();
      const seconds = (after.at - before.at) / 1000;
      return {
        rate,
        used: (after.cpuSeconds - before.cpuSeconds) / (seconds * count * CORES_PER_POD),
        throttled: after.throttledPeriods - before.throttledPeriods,
      };
    } finally {
      limit.lift();
    }
  } finally {
    await stack.stop();
  }
}

async function call(stack: Stack, era: string, name: string, profile: string): Promise<number> {
  const environment = { URL: stack.url, ERA: era, PROFILE: profile };
  const { summary } = await runK6({ scenario: 'linear', name: `linear-${name}`, environment, withinMs: WITHIN_MS });
  return summary.metrics['mcp_answered{scenario:measured}']?.values['rate'] ?? Number.NaN;
}
