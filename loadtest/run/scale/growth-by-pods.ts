import type { Study } from '../finding.ts';
import { onAllCores } from '../pin.ts';
import { startDeployment } from './deployment.ts';
import { growthFindings, type Measured } from './growth.ts';
import { type GrowthPoint, measurePoint } from './growth-point.ts';
import { createPopulation } from './population.ts';

const PODS = { smoke: [1, 2], other: [1, 3, 10] };
const SESSIONS = 10_000;

/** What grows with the number of pods: the same sessions and the same calls, on deployments of other sizes. */
export const growthByPods: Study = ({ profile }) =>
  onAllCores(async () => {
    const measured: Measured[] = [];
    for (const size of profile === 'smoke' ? PODS.smoke : PODS.other) {
      measured.push({ size, point: await measureDeployment(size) });
    }
    return growthFindings('pods', measured);
  });

async function measureDeployment(pods: number): Promise<GrowthPoint> {
  const deployment = await startDeployment({ pods, balancers: 1, replicas: 0 });
  try {
    const population = await createPopulation(deployment);
    try {
      await population.store(SESSIONS);
      return await measurePoint(deployment, population);
    } finally {
      await population.close();
    }
  } finally {
    await deployment.stop();
  }
}
