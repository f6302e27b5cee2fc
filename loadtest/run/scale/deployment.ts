import type { Balancer } from '../../../test/lib/balancer-process.ts';
import { startHaproxy } from '../../../test/lib/haproxy.ts';
import { type Pod, startPod } from '../../../test/lib/pods.ts';
import { type RedisServer, startRedisCluster } from '../../../test/lib/redis-server.ts';
import { MODULE, POD_NODE_OPTIONS } from '../stack.ts';

/** As long as Redis itself waits until it takes a node for lost. A busy machine delays the signs of life of nodes. ms. */
const NODE_TIMEOUT_MS = 15_000;
const MASTERS = 3;
/** More than the balancer needs to notice. */
const DRAIN_DELAY_MS = 1500;
/** Until a pod that drains is ended. ms. */
const GRACE_MS = 60_000;

const ENV = {
  ANYPOD_LOG_LEVEL: 'warn',
  ANYPOD_DRAIN_DELAY: `${DRAIN_DELAY_MS}`,
  // The least: it is full before anything is measured, so that each new session in a pod ends an older one there.
  ANYPOD_CACHE_BYTES: `${8 * 1024 * 1024}`,
  NODE_OPTIONS: POD_NODE_OPTIONS,
};

export interface DeploymentOptions {
  readonly pods: number;
  /** Processes of haproxy: each has at most as many connections as one process may have. */
  readonly balancers: number;
  /** Replicas of each master. */
  readonly replicas: number;
  /** More environment of the pods. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Pods on a Redis Cluster of three masters, behind balancers that choose a pod for each request in turn. */
export interface Deployment {
  /** As they are now. */
  readonly pods: readonly Pod[];
  readonly balancers: readonly Balancer[];
  readonly masters: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];
  readonly redisUrl: string;
  /** Lets a pod drain, and starts another one in its place. */
  replace(index: number): Promise<void>;
  /** Notes that a replica is a master now, in place of one that is lost. */
  promoted(lost: RedisServer, replica: RedisServer): void;
  stop(): Promise<void>;
}

export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const { nodes, stop: stopRedis } = await startRedisCluster(options.replicas, NODE_TIMEOUT_MS);
    stops.push(stopRedis);
    const redisUrl = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
    const start = (place: { port?: number } = {}) =>
      startPod({ module: MODULE, redisUrl, env: { ...ENV, ...options.env }, ...place });
    const pods: Pod[] = [];
    stops.push(() => Promise.all(pods.map((pod) => pod.process.stop(GRACE_MS))));
    while (pods.length < options.pods) pods.push(await start());
    const balancers: Balancer[] = [];
    stops.push(() => Promise.all(balancers.map((balancer) => balancer.stop())));
    while (balancers.length < options.balancers) balancers.push(await startHaproxy({ pods, balance: 'roundrobin' }));
    const [masters, replicas] = [nodes.slice(0, MASTERS), nodes.slice(MASTERS)];
    return {
      pods,
      balancers,
      masters,
      replicas,
      redisUrl,
      async replace(index) {
        const old = pods[index] as Pod;
        await old.process.stop(GRACE_MS);
        pods[index] = await start({ port: old.port });
      },
      promoted(lost, replica) {
        masters[masters.indexOf(lost)] = replica;
        replicas.splice(replicas.indexOf(replica), 1);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
