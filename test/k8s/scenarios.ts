import type { FailureKind } from '../chaos/records.ts';
import { runName } from '../chaos/run-name.ts';
import type { ClusterStage } from './cluster/stage.ts';
import type { CommandedLoad } from './commanded-load.ts';
import { evictAll } from './evict.ts';

/** What happens to the pods while the load runs, and what it may cost the clients. */
export interface Scenario {
  /** Picks it: `SCENARIO=…`. */
  readonly id: string;
  readonly name: string;
  /** Kinds of failure that the fault makes unavoidable. Default none. */
  readonly failures?: readonly FailureKind[];
  /** How many versions of the server must have answered. Default 1. */
  readonly versions?: number;
  /** Before the load. */
  prepare?(stage: ClusterStage): Promise<void>;
  /** Under the load; leaves the stage whole. */
  act(stage: ClusterStage, load: CommandedLoad): Promise<void>;
  /** The scenario must break promises: it shows that the harness sees them broken. */
  readonly mustFail?: boolean;
}

const DEPLOYMENT = 'deployment/anypod';
const REPLICAS = 2;
/** The main process of a container. */
const MAIN_PID = 1;

async function rolloutEnded({ kubectl, servers }: ClusterStage, replicas = REPLICAS): Promise<void> {
  await kubectl.run(['rollout', 'status', DEPLOYMENT, '--timeout=180s'], { timeoutMs: 190_000 });
  await servers(replicas);
}

async function restart(stage: ClusterStage): Promise<void> {
  await stage.kubectl.run(['rollout', 'restart', DEPLOYMENT]);
  await rolloutEnded(stage);
}

async function scale(stage: ClusterStage, replicas: number): Promise<void> {
  await stage.kubectl.run(['scale', DEPLOYMENT, `--replicas=${replicas}`]);
  await stage.servers(replicas);
}

async function firstServer(stage: ClusterStage): Promise<string> {
  return (await stage.servers(REPLICAS))[0]?.name ?? '';
}

export const SCENARIOS: readonly Scenario[] = [
  { id: 'restart', name: 'rolling restart', act: restart },
  {
    id: 'upgrade',
    name: 'upgrade to another image (helm upgrade)',
    versions: 2,
    async act(stage) {
      await stage.helm.upgrade({ 'image.tag': stage.images.newer });
      await rolloutEnded(stage);
    },
  },
  {
    id: 'undo',
    name: 'and back (kubectl rollout undo)',
    versions: 2,
    async prepare(stage) {
      await stage.helm.upgrade({ 'image.tag': stage.images.newer });
      await rolloutEnded(stage);
    },
    async act(stage) {
      await stage.kubectl.run(['rollout', 'undo', DEPLOYMENT]);
      await rolloutEnded(stage);
    },
  },
  {
    id: 'delete',
    name: 'kubectl delete pod',
    async act(stage) {
      await stage.kubectl.run(['delete', 'pod', await firstServer(stage)]);
      await stage.servers(REPLICAS);
    },
  },
  {
    id: 'evict',
    name: 'eviction of all pods, against the disruption budget',
    async act(stage) {
      await evictAll(stage.kubectl, await stage.servers(REPLICAS));
      await stage.servers(REPLICAS);
    },
  },
  {
    id: 'kill',
    name: 'kubectl delete pod --grace-period=0 --force',
    // What nothing can save: a call that is not re-runnable, and a request whose client knows no event id.
    failures: ['pod_lost', 'cut'],
    async act(stage, load) {
      const pod = await firstServer(stage);
      await load.lose(runName(MAIN_PID, pod), async () => {
        await stage.kubectl.run(['delete', 'pod', pod, '--grace-period=0', '--force']);
      });
      await stage.servers(REPLICAS);
    },
  },
  {
    id: 'redis',
    name: 'kubectl delete pod of Redis',
    failures: ['refused'],
    async act(stage) {
      await stage.kubectl.run(['delete', 'pod', (await stage.redis()).name]);
      await stage.redis();
    },
  },
  {
    id: 'scale',
    name: 'scale 2 → 4 → 1 → 0 → 2 (no requests while 0)',
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

/** Last: a server that ends at once, in pods that give it no time. */
export const NAIVE: Scenario = {
  id: 'naive',
  name: 'negative control: rolling restart without preStop and drain',
  mustFail: true,
  async prepare(stage) {
    const none = { 'drain.preStop': 0, 'config.drainDelay': 0, 'server.module': 'test/k8s/naive-server.ts' };
    await stage.helm.upgrade(none);
    await rolloutEnded(stage);
  },
  act: restart,
};
