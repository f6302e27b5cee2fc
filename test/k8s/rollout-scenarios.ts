import type { ClusterStage } from './cluster/stage.ts';
import { evictAll } from './evict.ts';
import { DEPLOYMENT, deployed, firstServer, REPLICAS, rolloutEnded, type Scenario, scale } from './scenario.ts';

export async function restart(stage: ClusterStage): Promise<void> {
  await stage.kubectl.run(['rollout', 'restart', DEPLOYMENT]);
  await rolloutEnded(stage);
}

/** Nothing here may cost a client anything. */
export const ROLLOUTS: readonly Scenario[] = [
  { id: 'restart', name: 'rolling restart', prepare: deployed, act: restart },
  {
    id: 'upgrade',
    name: 'upgrade to another image (`helm upgrade`)',
    versions: 2,
    prepare: deployed,
    async act(stage) {
      await stage.deploy({ 'image.tag': stage.images.newer });
      await rolloutEnded(stage);
    },
  },
  {
    id: 'undo',
    name: 'and back (`kubectl rollout undo`)',
    versions: 2,
    async prepare(stage) {
      await deployed(stage);
      await stage.deploy({ 'image.tag': stage.images.newer });
      await rolloutEnded(stage);
    },
    async act(stage) {
      await stage.kubectl.run(['rollout', 'undo', DEPLOYMENT]);
      await rolloutEnded(stage);
    },
  },
  {
    id: 'delete',
    name: '`kubectl delete pod`',
    prepare: deployed,
    async act(stage) {
      await stage.kubectl.run(['delete', 'pod', await firstServer(stage)]);
      await stage.servers(REPLICAS);
    },
  },
  {
    id: 'evict',
    name: 'eviction of all pods at once, against the disruption budget',
    prepare: deployed,
    async act(stage) {
      await evictAll(stage.kubectl, await stage.servers(REPLICAS));
      await stage.servers(REPLICAS);
    },
  },
  {
    id: 'scale',
    name: 'scale 2 → 4 → 1 → 0 → 2 (no requests while 0)',
    prepare: deployed,
    async act(stage, load) {
      await scale(stage, 4);
      await scale(stage, 1);
      await load.pause();
      await scale(stage, 0);
      await scale(stage, REPLICAS);
      await load.resume();
    },
  },
];
