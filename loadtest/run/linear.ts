import { median } from '../../bench/median.ts';
import type { Finding, Judged, Study } from './finding.ts';
import { onAllCores } from './pin.ts';
import { PODS, type Saturated, startShared } from './shared-machine.ts';

const COUNTS = [1, 2, 4, PODS];
const ERAS = ['bare', 'legacy', 'modern'];
/** Small enough that all pods, the balancers, Redis and the load together leave the machine some time. */
const CORES_PER_POD = 0.05;
const CLIENTS_PER_POD = 16;
const SATURATED = 0.9;
const LEAST: Readonly<Record<number, number>> = { 2: 0.95, 4: 0.9 };

/**
 * Throughput at saturation by the number of pods of a deployment, each with a CPU limit as Kubernetes sets it. The same eight pods always work,
 * as eight deployments of one pod, four of two, two of four, or one of eight: so the machine is equally busy, and what differs is the
 * deployment alone. (With nothing beside it one pod has the caches for itself, and even servers that share nothing look worse in numbers.)
 */
export const linear: Study = ({ profile, match }) =>
  // What the pods may not use is the load's, on whichever core it is.
  onAllCores(async () => {
    const findings: Finding[] = [];
    for (const era of ERAS.filter((name) => match.test(name)))
      findings.push(...(await compare(era, roundsOf(profile))));
    return findings;
  });

const roundsOf = (profile: string) => (profile === 'smoke' ? 1 : 3);

async function compare(era: string, rounds: number): Promise<Finding[]> {
  const machine = await startShared(era);
  try {
    const measured = new Map<number, Saturated[]>(COUNTS.map((count) => [count, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [count, results] of measured) {
        results.push(await machine.saturate({ podsEach: count, cores: CORES_PER_POD, clientsPerPod: CLIENTS_PER_POD }));
      }
    }
    const middle = (count: number, name: keyof Saturated) => median(measured.get(count)?.map((one) => one[name]) ?? []);
    return COUNTS.map((count) => found(era, count, (name, of = count) => middle(of, name)));
  } finally {
    await machine.stop();
  }
}

function found(era: string, count: number, middle: (name: keyof Saturated, count?: number) => number): Finding {
  const efficiency = middle('ratePerPod') / middle('ratePerPod', 1);
  const used = middle('used');
  const least = LEAST[count];
  const server = era === 'bare' ? 'bare node:http, which shares nothing' : era;
  return {
    study: 'linear',
    subject: `${count} ${count === 1 ? 'pod' : 'pods'} of ${CORES_PER_POD} cores · ${server}`,
    values: {
      'calls/s': count * middle('ratePerPod'),
      efficiency,
      'CPU used of the limit': used,
      'throttled periods': middle('throttled'),
    },
    // The control promises nothing: it shows what this machine and this load add by themselves.
    promises: least === undefined || era === 'bare' ? [] : judge(count, least, efficiency, used),
  };
}

function judge(count: number, least: number, efficiency: number, used: number): Judged[] {
  return [
    // Else it was the load, the balancer or the machine that was at its end.
    { sentence: 'The pods used all the CPU that they may use.', held: used >= SATURATED },
    { sentence: `${count} pods answer at least ${least} × ${count} times what one does.`, held: efficiency >= least },
  ];
}
