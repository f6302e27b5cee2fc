import type { Study } from '../finding.ts';
import { LOAD_CORE, pin, unpin } from '../pin.ts';
import { startDeployment } from './deployment.ts';
import { growthFindings, type Measured } from './growth.ts';
import { measurePoint } from './growth-point.ts';
import { createPopulation } from './population.ts';

const PODS = { smoke: [1, 2], other: [1, 3, 10] };
const SESSIONS = 10_000;

/** What grows with the number of pods: the same sessions and the same calls, on deployments of other sizes. */
export const growthByPods: Study = async ({ profile }) => {
  const measured: Measured[] = [];
  unpin(process.pid);
  for (const size of profile === 'smoke' ? PODS.smoke : PODS.other) {
    const deployment = await startDeployment({ pods: size, balancers: 1, replicas: 0 });
    try {
      const population = await createPopulation(deployment);
      try {
        await population.store(SESSIONS);
        measured.push({ size, point: await measurePoint(deployment, population) });
      } finally {
        await population.close();
      }
    } finally {
      await deployment.stop();
    }
  }
  pin(process.pid, LOAD_CORE);
  return growthFindings('pods', measured);
};
