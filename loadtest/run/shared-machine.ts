import { setTimeout as delay } from 'node:timers/promises';
import type { Balancer } from '../../test/lib/balancer-process.ts';
import { startHaproxy } from '../../test/lib/haproxy.ts';
import { type CpuUsage, limitCpu } from './cpu-limit.ts';
import { unpin } from './pin.ts';
import { saturationOf } from './saturation.ts';
import { startBare, startStack } from './stack.ts';

/** How many there always are. */
export const PODS = 8;

/** What each is called alone before anything is measured, so that its code is compiled. */
const FIRST = { clients: 32, warmUp: 0, seconds: 8 };
/** Within it every pod meets every session, without a limit; and then spends some time with it. */
const WARM_UP_SECONDS = 10;
const UNLIMITED_SECONDS = 7;
const COUNTED_SECONDS = 10;

/** Pods that share one machine, as deployments of some pods each. */
export interface SharedMachine {
  /** Calls as fast as they are answered, to all deployments at the same time, each with a balancer and clients of its own. */
  saturate(options: SaturateOptions): Promise<Saturated>;
  stop(): Promise<void>;
}

export interface SaturateOptions {
  /** Pods of one deployment: divides PODS. */
  readonly podsEach: number;
  /** What each pod may use. */
  readonly cores: number;
  readonly clientsPerPod: number;
}

export interface Saturated {
  /** Calls per second, mean of all pods. */
  readonly ratePerPod: number;
  /** Of what the pods may use. */
  readonly used: number;
  readonly throttled: number;
}

interface Member {
  readonly pid: number;
  readonly port: number;
}

/** Starts and warms up the pods; of era `bare`: servers of `node:http`. */
export async function startShared(era: string): Promise<SharedMachine> {
  const { members, stop } = era === 'bare' ? await startBares() : await startPods();
  try {
    for (const { port } of members) await saturationOf({ urls: [`http://127.0.0.1:${port}/mcp`], era, ...FIRST });
  } catch (error) {
    await stop();
    throw error;
  }
  return { saturate: (options) => saturate(members, era, options), stop };
}

async function startPods() {
  const { pods, stop } = await startStack({ pods: PODS, redis: true, balancer: false, pinned: false });
  return { members: pods.map(({ port, process: { pid } }) => ({ pid, port })), stop };
}

async function startBares() {
  const servers = await Promise.all(Array.from({ length: PODS }, startBare));
  for (const { process: child } of servers) unpin(child.pid);
  return {
    members: servers.map(({ url, process: { pid } }) => ({ pid, port: Number(new URL(url).port) })),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}

async function saturate(members: readonly Member[], era: string, options: SaturateOptions): Promise<Saturated> {
  const { podsEach, cores, clientsPerPod } = options;
  const balancers: Balancer[] = [];
  try {
    for (let first = 0; first < PODS; first += podsEach) {
      balancers.push(await startHaproxy({ pods: members.slice(first, first + podsEach) }));
    }
    const rate = saturationOf({
      urls: balancers.map(({ url }) => url),
      era,
      clients: PODS * clientsPerPod,
      warmUp: WARM_UP_SECONDS,
      seconds: COUNTED_SECONDS,
    });
    const [answered, used] = await Promise.all([rate, limitAfterWarmUp(members, cores, rate)]);
    return { ratePerPod: answered / PODS, ...used };
  } finally {
    await Promise.all(balancers.map((balancer) => balancer.stop()));
  }
}

type Used = Omit<Saturated, 'ratePerPod'>;

/** Limits the pods from the end of their warm-up until the load has ended. */
async function limitAfterWarmUp(members: readonly Member[], cores: number, load: Promise<unknown>): Promise<Used> {
  await delay(UNLIMITED_SECONDS * 1000);
  const limit = limitCpu(
    members.map(({ pid }) => pid),
    cores,
  );
  try {
    await delay((WARM_UP_SECONDS - UNLIMITED_SECONDS + 1) * 1000);
    const before = limit.usage();
    await delay((COUNTED_SECONDS - 1) * 1000);
    const used = usedOf(before, limit.usage(), PODS * cores);
    await load;
    return used;
  } finally {
    limit.lift();
  }
}

function usedOf(before: CpuUsage, after: CpuUsage, cores: number): Used {
  const seconds = (after.at - before.at) / 1000;
  return {
    used: (after.cpuSeconds - before.cpuSeconds) / (seconds * cores),
    throttled: after.throttledPeriods - before.throttledPeriods,
  };
}
