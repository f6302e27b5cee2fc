import { fileURLToPath } from 'node:url';
import { runCommand } from './cluster/run-command.ts';
import type { ClusterStage } from './cluster/stage.ts';
import { REPLICAS, type Scenario } from './scenario.ts';

const SCRIPT = fileURLToPath(new URL('../../k8s/blue-green.sh', import.meta.url));
const BLUE_GREEN = { 'blueGreen.enabled': true };

async function blueGreen({ kubectl }: ClusterStage, ...args: readonly string[]): Promise<void> {
  await runCommand(SCRIPT, ['--namespace', kubectl.namespace, '--release', 'anypod', ...args], { timeoutMs: 300_000 });
}

/** Blue serves the older version, green has no pods; whatever colours were there before are gone. */
async function blueServes(stage: ClusterStage): Promise<void> {
  await stage.deploy();
  await stage.deploy(BLUE_GREEN);
  await stage.servers(REPLICAS);
  await mustServe(stage, 'blue');
}

const newer = ({ images }: ClusterStage) => `${images.repository}:${images.newer}`;

async function activeColor({ kubectl }: ClusterStage): Promise<string> {
  return kubectl.run(['get', 'service', 'anypod', '--output', 'jsonpath={.spec.selector.color}']);
}

async function mustServe(stage: ClusterStage, color: string): Promise<void> {
  const active = await activeColor(stage);
  if (active !== color) throw new Error(`the Service selects ${active} instead of ${color}`);
}

export const BLUE_GREENS: readonly Scenario[] = [
  {
    id: 'flip',
    name: 'blue-green: deploy, flip, retire (`k8s/blue-green.sh`)',
    versions: 2,
    prepare: blueServes,
    async act(stage) {
      await blueGreen(stage, 'deploy', newer(stage));
      await blueGreen(stage, 'flip');
      await blueGreen(stage, 'retire');
      await stage.servers(REPLICAS);
      await mustServe(stage, 'green');
    },
  },
  {
    id: 'rollback',
    name: 'blue-green: rollback, retire (`k8s/blue-green.sh`)',
    versions: 2,
    async prepare(stage) {
      await blueServes(stage);
      await blueGreen(stage, 'run', newer(stage));
      await stage.servers(REPLICAS);
    },
    async act(stage) {
      await blueGreen(stage, 'rollback');
      await blueGreen(stage, 'retire');
      await stage.servers(REPLICAS);
      await mustServe(stage, 'blue');
    },
  },
  {
    id: 'helm-flip',
    name: 'blue-green: flip, retire (`helm upgrade`)',
    versions: 2,
    async prepare(stage) {
      await blueServes(stage);
      await stage.deploy({ ...BLUE_GREEN, ...bothColours(stage) });
      await stage.servers(2 * REPLICAS);
    },
    async act(stage) {
      await stage.deploy({ ...BLUE_GREEN, ...bothColours(stage), 'blueGreen.activeColor': 'green' });
      // An upgrade that names no colour keeps it.
      await stage.deploy({ ...BLUE_GREEN, ...bothColours(stage) });
      await mustServe(stage, 'green');
      await stage.deploy({ ...BLUE_GREEN, ...bothColours(stage), 'blueGreen.blue.replicas': 0 });
      await stage.servers(REPLICAS);
      await mustServe(stage, 'green');
    },
  },
];

function bothColours({ images }: ClusterStage) {
  return {
    'blueGreen.blue.replicas': REPLICAS,
    'blueGreen.green.replicas': REPLICAS,
    'blueGreen.green.image.tag': images.newer,
  };
}
