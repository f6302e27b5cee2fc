import { setTimeout as delay } from 'node:timers/promises';
import { type CommandedLoad, commandLoad } from '../commanded-load.ts';
import { createHelm, type Values } from './helm.ts';
import { createKubectl, type Kubectl, type PodStatus } from './kubectl.ts';
import { EFFECTS_URL, LOAD_POD, loadObjects, namespaceObject, volumeObjects } from './objects.ts';

const RELEASE = 'anypod';
const SERVER = `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component=server`;
const REDIS = `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component=redis`;

/** The images that the scenarios deploy: one server in two versions. */
export interface Images {
  readonly repository: string;
  readonly older: string;
  readonly newer: string;
}

/** The chart's release in a namespace of its own, and a pod in it that the load runs in. */
export interface ClusterStage {
  readonly kubectl: Kubectl;
  /** Deploys the chart with these values beside those that all scenarios have. */
  deploy(values?: Values): Promise<void>;
  /** `helm test`; answers what it prints. */
  check(): Promise<string>;
  readonly images: Images;
  /** Starts the constant load, and resolves when all of it is connected. */
  startLoad(): Promise<CommandedLoad>;
  /** Resolves when exactly so many server pods are there, ready, and no other. */
  servers(count: number): Promise<PodStatus[]>;

  redis(): Promise<PodStatus>;
  /** Resolves when a container of the pod was started again. */
  restarted(pod: string): Promise<void>;
  /** What the pods print, those that ended just before included. */
  logs(): Promise<string>;
  /** What helps to find out why the stage did not do what it should. */
  describe(): Promise<string>;
  /** Removes all that was made, also where the stage was never complete. */
  remove(): Promise<void>;
}

export interface StageOptions {
  readonly namespace: string;
  readonly images: Images;
  /** Ends what waits. */
  readonly signal: AbortSignal;
}

/** What all scenarios run with: the chart's defaults, but for the image and what the fixture needs. */
function valuesOf({ repository, older }: Images, storageClass: string | undefined): Values {
  return {
    'image.repository': repository,
    'image.tag': older,
    'server.module': 'test/k8s/server.ts',
    'extraEnv[0].name': 'CHAOS_EFFECTS_URL',
    'extraEnv[0].value': EFFECTS_URL,
    'redis.persistence.enabled': true,
    ...(storageClass === undefined ? {} : { 'redis.persistence.storageClass': storageClass }),
    'tests.tool': 'whoami',
  };
}

export function createStage({ namespace, images, signal }: StageOptions): ClusterStage & { install(): Promise<void> } {
  const kubectl = createKubectl(namespace, signal);
  const helm = createHelm(RELEASE, namespace, signal);
  const image = `${images.repository}:${images.older}`;
  const exec = ['exec', '--stdin', LOAD_POD, '--container', 'load', '--'];
  let storageClass: string | undefined;
  const deploy = (values: Values = {}) => helm.deploy({ ...valuesOf(images, storageClass), ...values });
  return {
    kubectl,
    images,
    deploy,
    check: () => helm.test(),
    async install() {
      await kubectl.apply(namespaceObject(namespace));
      await kubectl.apply(loadObjects(image));
      await kubectl.settled(`app=${LOAD_POD}`, 1);
      storageClass = (await hasStorageClass(kubectl)) ? undefined : await makeVolume(kubectl, image);
      await deploy();
    },
    async startLoad() {
      // By address: how fast names are looked up is not what is measured.
      const address = await kubectl.run(['get', 'service', RELEASE, '--output', 'jsonpath={.spec.clusterIP}']);
      const load = ['/usr/local/bin/node', 'test/k8s/load/main.ts', `http://${address}/mcp`, EFFECTS_URL];
      return commandLoad('kubectl', ['--namespace', namespace, ...exec, ...load], signal);
    },
    servers: (count) => kubectl.settled(SERVER, count),
    redis: async () => (await kubectl.settled(REDIS, 1))[0] as PodStatus,
    async restarted(pod) {
      const until = Date.now() + 60_000;
      while (!(await kubectl.pods(SERVER)).some(({ name, restarts }) => name === pod && restarts > 0)) {
        if (Date.now() > until) throw new Error(`${pod}: no container was started again`);
        await delay(500, undefined, { signal });
      }
    },
    logs: () => kubectl.run(['logs', '--selector', SERVER, '--prefix', '--tail', '-1']),
    async describe() {
      const asked = [
        ['get', 'pods', '--output', 'wide'],
        ['get', 'events', '--sort-by', '.lastTimestamp', '--field-selector', 'type=Warning'],
        ['logs', '--selector', `app.kubernetes.io/instance=${RELEASE}`, '--prefix', '--tail', '15'],
      ];
      const said = await Promise.all(asked.map((args) => kubectl.run(args).catch(String)));
      return said.join('\n');
    },
    async remove() {
      // Also after Ctrl-C, which ends all that waits.
      const anyway = createKubectl(namespace, new AbortController().signal);
      const flags = ['--ignore-not-found', '--wait=false'];
      await anyway.run(['delete', 'namespace', namespace, ...flags]);
      await anyway.run(['delete', 'persistentvolume', namespace, ...flags]);
    },
  };
}

/** Whether the cluster makes volumes by itself. */
async function hasStorageClass(kubectl: Kubectl): Promise<boolean> {
  const { items } = JSON.parse(await kubectl.run(['get', 'storageclass', '--output', 'json'])) as {
    items: { metadata: { annotations?: Record<string, string> } }[];
  };
  return items.some(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true');
}

/** Makes the one volume that Redis needs, on the node; answers the class to ask for. */
async function makeVolume(kubectl: Kubectl, image: string): Promise<string> {
  await kubectl.apply(volumeObjects(kubectl.namespace, kubectl.namespace, image));
  await kubectl.run(['wait', 'pod/volume', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s']);
  return kubectl.namespace;
}
