import type { Pod } from '../../test/lib/pods.ts';
import { profileNamed } from '../lib/profiles.ts';
import { limitCpu } from './cpu-limit.ts';
import type { Finding, Judged, Study } from './finding.ts';
import { LOAD_CORE, pin, unpin } from './pin.ts';
import { saturationOf } from './saturation.ts';
import { startStack } from './stack.ts';

const COUNTS = [1, 2, 4, 8];
/** Small enough that eight of them, the balancer, Redis and the load fit into two cores. */
const CORES_PER_POD = 0.1;
const SATURATED = 0.9;
const LEAST: Readonly<Record<number, number>> = { 2: 0.95, 4: 0.9 };

/**
 * Throughput at saturation by the number of pods, each with a CPU limit as Kubernetes sets it. Pods are warmed up before they are limited:
 * starting and compiling would use the quota up.
 */
export const linear: Study = async ({ profile, match }) => {
  // What the pods may not use is the load's, on whichever core it is.
  unpin(process.pid);
  try {
    return await compare(profile, match);
  } finally {
    pin(process.pid, LOAD_CORE);
  }
};

async function compare(profile: string, match: RegExp): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const era of ['legacy', 'modern'].filter((name) => match.test(name))) {
    let one = Number.NaN;
    for (const count of COUNTS) {
      const measured = await saturate(count, era, profile);
      if (count === 1) one = measured.rate;
      const efficiency = measured.rate / (count * one);
      const least = LEAST[count];
      findings.push({
        study: 'linear',
        subject: `${count} ${count === 1 ? 'pod' : 'pods'} of ${CORES_PER_POD} cores · ${era}`,
        values: {
          'calls/s': measured.rate,
          efficiency,
          'CPU used of the limit': measured.used,
          'throttled periods': measured.throttled,
        },
        promises: least === undefined ? [] : judge(count, least, efficiency, measured.used),
      });
    }
  }
  return findings;
}

function judge(count: number, least: number, efficiency: number, used: number): Judged[] {
  return [
    // Else it was the load, the balancer or the machine that was at its end.
    { sentence: 'The pods used what they may.', held: used >= SATURATED },
    { sentence: `${count} pods answer at least ${least} × ${count} times what one does.`, held: efficiency >= least },
  ];
}

interface Saturated {
  readonly rate: number;
  /** Of what the pods may use. */
  readonly used: number;
  readonly throttled: number;
}

async function saturate(count: number, era: string, profile: string): Promise<Saturated> {
  const stack = await startStack({ pods: count, redis: true, balancer: true, pinned: false });
  try {
    // As many for each pod, however many there are: one that is throttled holds up those that wait for it.
    const clients = count * profileNamed(profile).clients;
    await saturationOf(stack.url, era, profile, clients);
    const limit = limitCpu(
      stack.pods.map((pod: Pod) => pod.process.pid),
      CORES_PER_POD,
    );
    try {
      const before = limit.usage();
      const rate = await saturationOf(stack.url, era, profile, clients);
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
