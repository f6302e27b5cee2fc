import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cpuTime } from '../../../bench/cpu-time.ts';
import { each, meterRedis, type RedisUse } from '../redis-meter.ts';
import type { Deployment } from './deployment.ts';

/** What some work took, beyond what a deployment at rest takes in that time. */
export interface Usage extends RedisUse {
  /** CPU of all pods. */
  readonly podCpuUs: number;
}

/** Reads the CPU and the memory of a deployment: its masters and its pods. */
export interface UsageMeter {
  of(work: () => Promise<unknown>): Promise<Usage>;
  /** What it takes in a second when nothing happens. */
  readonly idle: Usage;
  keys(): Promise<readonly number[]>;
  /** Bytes that the masters have allocated for what they store. */
  usedBytes(): Promise<number>;
  close(): void;
}

/** Pods that have just started still do this and that. */
const REST_MS = 2000;

/** Watches the deployment at rest first. */
export async function meterDeployment({ masters, pods }: Deployment): Promise<UsageMeter> {
  const podCpu = () => pods.reduce((sum, { process }) => sum + cpuTime(process.pid), 0);
  await delay(REST_MS);
  const [began, before] = [performance.now(), podCpu()];
  const redis = await meterRedis(masters);
  const podIdleUs = (podCpu() - before) / ((performance.now() - began) / 1000);
  return {
    idle: { ...redis.idle, podCpuUs: podIdleUs },
    async of(work) {
      const start = podCpu();
      const use = await redis.of(work);
      return { ...use, podCpuUs: podCpu() - start - podIdleUs * use.seconds };
    },
    keys: redis.keys,
    usedBytes: redis.usedBytes,
    close: redis.close,
  };
}

/** The same for each of `count`. */
export function usageEach(usage: Usage, count: number): Usage {
  return { ...each(usage, count), podCpuUs: usage.podCpuUs / count };
}

/** How many keys each slot of a master has; a slot without a key is not there. */
export async function keysOfSlots(port: number): Promise<number[]> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    const ranges = await redis.cluster('SLOTS');
    const own = ranges.filter(([, , master]) => master?.[1] === port);
    const slots = own.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
    return await Promise.all(slots.map((slot) => redis.cluster('COUNTKEYSINSLOT', slot)));
  } finally {
    redis.disconnect();
  }
}
