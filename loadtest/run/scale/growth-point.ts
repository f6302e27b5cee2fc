import { openInspection } from 'anypod/operate';
import { memoryOfPods } from '../memory.ts';
import { percentile } from '../percentiles.ts';
import { connectWire, inParallel, type WireClient } from '../wire.ts';
import { connectionsOf } from './connections-of.ts';
import type { Deployment } from './deployment.ts';
import type { Population } from './population.ts';
import { meterDeployment, usageEach } from './usage.ts';

/** Calls of each kind: many, against what a deployment does at times of its own. */
const CALLS = 2000;
const WARM_SESSIONS = 50;
const OPENED = 500;
const CHANGES = 20;
const AT_ONCE = 16;
const PAGES = 5;
const NOBODY = 'nobody-has-this-id';

/** What a deployment of one size costs: numbers by name, which says the unit. */
export type GrowthPoint = Readonly<Record<string, number>>;

/** Measures what may grow with the number of sessions or of pods. It takes some sessions of the population, and opens others. */
export async function measurePoint(deployment: Deployment, population: Population): Promise<GrowthPoint> {
  const clients = deployment.balancers.map(({ url }) => connectWire(url, AT_ONCE));
  const [pods, ports] = [deployment.pods, [...deployment.masters, ...deployment.replicas].map(({ port }) => port)];
  const meter = await meterDeployment(deployment);
  try {
    const memory = await memoryOfPods(pods);
    const cold = population.take(CALLS);
    const coldCalls = usageEach(await meter.of(() => callAll(clients, cold, CALLS)), CALLS);
    const warm = population.take(WARM_SESSIONS);
    for (const pod of pods) await callDirectly(pod.url, warm);
    const warmCalls = usageEach(await meter.of(() => callAll(clients, warm, CALLS)), CALLS);
    const opened = usageEach(await meter.of(() => population.open(OPENED)), OPENED);
    const changed = usageEach(await meter.of(() => tellChanges(clients, warm[0] ?? '')), CHANGES);
    const connections = pods.map(({ process }) => connectionsOf(process.pid, ports));
    return {
      'a call in a session that the pod does not know: commands': coldCalls.commands,
      'a call in a session that the pod does not know: CPU µs of Redis': coldCalls.cpuUs,
      'a call in a session that the pod does not know, and its eviction later: CPU µs of the pods': coldCalls.podCpuUs,
      'a call in a session that the pod knows: commands': warmCalls.commands,
      'a call in a session that the pod knows: CPU µs of the pods': warmCalls.podCpuUs,
      'a session opened over HTTP: commands': opened.commands,
      'a session opened over HTTP: CPU µs of Redis': opened.cpuUs,
      'a session opened over HTTP: CPU µs of the pods': opened.podCpuUs,
      'a change that all pods hear of: commands': changed.commands,
      'memory of one pod: MB': memory.resident / pods.length / 2 ** 20,
      'connections of one pod to Redis': connections.reduce((sum, count) => sum + count, 0) / pods.length,
      'at rest: commands a second': meter.idle.commands,
      'at rest: CPU µs of Redis a second': meter.idle.cpuUs,
      'at rest: bytes to and from Redis a second': meter.idle.networkBytes,
      'at rest: CPU µs of the pods a second': meter.idle.podCpuUs,
      ...(await timesOfLooks(deployment.redisUrl)),
    };
  } finally {
    meter.close();
    await Promise.all(clients.map((client) => client.close()));
  }
}

function callAll(clients: readonly WireClient[], sessions: readonly string[], calls: number): Promise<void> {
  return inParallel(Array.from({ length: calls }).keys(), AT_ONCE, async (index) => {
    await clients[index % clients.length]?.call(sessions[index % sessions.length] ?? '', 'wait', { ms: 0 });
  });
}

/** Each session twice: the pod knows it then. */
async function callDirectly(url: string, sessions: readonly string[]): Promise<void> {
  const client = connectWire(url, AT_ONCE);
  try {
    await callAll([client], sessions, 2 * sessions.length);
  } finally {
    await client.close();
  }
}

async function tellChanges(clients: readonly WireClient[], session: string): Promise<void> {
  for (let number = 0; number < CHANGES; number += 1) await clients[0]?.call(session, 'touch', {});
}

/** How long an operator waits for a page of sessions, and for one session whose id is not known in full, for which every key is looked at. */
async function timesOfLooks(redisUrl: string): Promise<GrowthPoint> {
  const inspection = await openInspection({ redis: redisUrl, prefix: 'anypod' });
  const time = async (look: () => Promise<unknown>) => {
    const began = performance.now();
    await look();
    return performance.now() - began;
  };
  try {
    const pages: number[] = [];
    while (pages.length < PAGES) pages.push(await time(() => inspection.page({ by: 'id', text: '' })));
    const find = await time(() => inspection.find(NOBODY));
    return { 'a page of sessions in the console: ms': percentile(pages, 0), 'a scan of all keys: ms': find };
  } finally {
    await inspection.close();
  }
}
