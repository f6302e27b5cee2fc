import { fileURLToPath } from 'node:url';
import { startHaproxy } from '../lib/haproxy.ts';
import { startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';

/** A server under test, however many processes it is made of. */
export interface Deployment {
  readonly url: string;
  /** What its pods printed. */
  logs(): string;
  stop(): Promise<void>;
}

const moduleOf = (directory: string) => fileURLToPath(new URL(`${directory}/server.ts`, import.meta.url));

/** Servers with everything that the suites look for, by their SDK. */
export const SERVERS = { v2: moduleOf('everything'), v1: moduleOf('everything-v1') } as const;

/** One process, two in turns, three at random. With an even number of requests, turns alone can hide a fault. */
export const deployments = {
  one: async (module: string): Promise<Deployment> => {
    const pods = await startPods({ module, count: 1 });
    return { url: pods.pods[0]?.url ?? '', logs: pods.logs, stop: pods.stop };
  },
  two: (module: string) => startBalanced(module, 2, 'roundrobin'),
  three: (module: string) => startBalanced(module, 3, 'random'),
} as const;

export type DeploymentName = keyof typeof deployments;

async function startBalanced(module: string, count: number, balance: 'roundrobin' | 'random'): Promise<Deployment> {
  const parts: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  };
  try {
    const redis = await startRedis();
    parts.push(redis);
    const pods = await startPods({ module, count, redisUrl: redis.url });
    parts.push(pods);
    const haproxy = await startHaproxy({ pods: pods.pods, balance });
    parts.push(haproxy);
    return { url: haproxy.url, logs: pods.logs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
