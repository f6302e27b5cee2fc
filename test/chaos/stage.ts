import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Balancer } from '../lib/balancer-process.ts';
import { type CuttingProxy, startCuttingProxy } from '../lib/cutting-proxy.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type Pod, startPod, startPods } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { connectEffects, EFFECTS_VARIABLE, type Effects } from './effects.ts';

const FIXTURE = fileURLToPath(new URL('fixture.ts', import.meta.url));

/** Short, so that a scenario has time for several; above the time in which a pod gives a command to Redis up. */
export const LEASE_MS = 2500;

const POD_ENVIRONMENT = {
  ANYPOD_LEASE: `${LEASE_MS}`,
  // The balancer has noticed after two checks, 500 ms apart.
  ANYPOD_DRAIN_DELAY: '2000',
  ANYPOD_DRAIN_TIMEOUT: '10000',
  ANYPOD_HEARTBEAT: '1000',
};

export interface StageOptions {
  /** Added to the environment of the pods. */
  readonly env?: Readonly<Record<string, string>>;
  /** The pods' Redis, where it is not the stage's own. */
  readonly redisUrl?: string;
  /** A checkout of the repository that the pods run from at first. */
  readonly checkout?: string;
}

/** Three pods, their Redis with an append-only file, a balancer without affinity, and before it a proxy that cuts. */
export interface Stage {
  /** Where clients connect. */
  readonly url: URL;
  readonly proxy: CuttingProxy;
  readonly balancer: Balancer;
  readonly effects: Effects;
  /** Of the Redis that counts them. */
  readonly effectsUrl: string;
  /** The pods as they are now. */
  readonly pods: readonly Pod[];
  readonly redis: RedisServer;
  /** Starts a pod where one has ended, and waits until the balancer knows it. */
  replace(index: number, checkout?: string): Promise<void>;
  /** Starts Redis where it has ended, with what it had stored. */
  restartRedis(): Promise<void>;
  /** Everything that the pods print. */
  logs(): string;
  stop(): Promise<void>;
}

/** Two of the balancer's checks. */
const BALANCER_NOTICES_MS = 1100;

export async function startStage({ env = {}, checkout, redisUrl }: StageOptions = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-chaos-'));
  const aof = ['--appendonly', 'yes'];
  let redis = await startRedis({ directory, args: aof });
  const effectsRedis = await startRedis();
  const podOptions = {
    module: FIXTURE,
    redisUrl: redisUrl ?? redis.url,
    env: { ...POD_ENVIRONMENT, [EFFECTS_VARIABLE]: effectsRedis.url, ...env },
  };
  const from = (where: string | undefined) => (where === undefined ? {} : { checkout: where });
  const pods = [...(await startPods({ ...podOptions, ...from(checkout), count: 3 })).pods];
  const ended: Pod[] = [];
  const balancer = await startHaproxy({ pods, balance: 'roundrobin' });
  const proxy = await startCuttingProxy(balancer.port);
  const effects = connectEffects(effectsRedis.url);

  return {
    url: new URL(proxy.url),
    proxy,
    balancer,
    effects,
    effectsUrl: effectsRedis.url,
    pods,
    get redis() {
      return redis;
    },
    async replace(index, where) {
      const old = pods[index] as Pod;
      ended.push(old);
      pods[index] = await startPod({ ...podOptions, ...from(where), port: old.port });
      await new Promise((resolve) => setTimeout(resolve, BALANCER_NOTICES_MS));
    },
    async restartRedis() {
      redis = await startRedis({ directory, port: redis.port, args: aof });
    },
    logs: () => [...ended, ...pods].map((pod) => `--- pod ${pod.process.pid} at ${pod.port}\n${pod.logs()}`).join('\n'),
    async stop() {
      effects.close();
      await proxy.stop();
      for (const pod of pods) pod.process.signal('SIGCONT');
      await Promise.all([balancer.stop(), ...pods.map((pod) => pod.kill9())]);
      await Promise.all([redis.stop(), effectsRedis.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
