import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../finding.ts';
import { percentile } from '../percentiles.ts';
import { connectWire } from '../wire.ts';
import type { Crowd } from './crowd.ts';
import type { Deployment } from './deployment.ts';
import { type CallTally, callSteadily } from './steady-calls.ts';

const CALLS_PER_SECOND = 20;
const CONNECTIONS = 16;
/** Until the balancers have taken up a new pod. */
const NOTICED_MS = 2000;
/** Until the last stream is back after the last pod is new. */
const WITHIN_MS = 180_000;

/** Runs `work` while clients call at a fixed rate in sessions that exist, through the balancers. */
export async function underCalls(
  deployment: Deployment,
  sessions: readonly string[],
  work: () => Promise<void>,
): Promise<CallTally> {
  const clients = deployment.balancers.map(({ url }) => connectWire(url, CONNECTIONS));
  try {
    const calls = callSteadily(clients, sessions, CALLS_PER_SECOND);
    await work();
    const tally = await calls.stop();
    if (tally.reason !== undefined) console.error(`a call failed: ${tally.reason}`);
    return tally;
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Replaces every pod, one after the other, under open streams and calls. */
export async function replaceAllPods(
  deployment: Deployment,
  crowd: Crowd,
  sessions: readonly string[],
): Promise<Finding> {
  const streams = (await crowd.look()).open;
  const { refused } = await crowd.look();
  const times = { replacedMs: 0, backMs: 0 };
  let back = false;
  const tally = await underCalls(deployment, sessions, async () => {
    const began = performance.now();
    for (const index of deployment.pods.keys()) {
      await deployment.replace(index);
      await delay(NOTICED_MS);
    }
    times.replacedMs = performance.now() - began;
    back = await crowd.until(({ open }) => open === streams, WITHIN_MS);
    times.backMs = performance.now() - began;
  });
  const absences = await crowd.absences();
  return {
    study: 'scale',
    subject: `all ${deployment.pods.length} pods replaced under ${streams} streams`,
    values: {
      'seconds until all pods were new': times.replacedMs / 1000,
      'seconds until the last stream was back': times.backMs / 1000,
      'streams that came back': absences.length,
      'a stream was away p50 s': percentile(absences, 0.5) / 1000,
      'a stream was away p99 s': percentile(absences, 0.99) / 1000,
      'a stream was away at most s': Math.max(...new Set(absences)) / 1000,
      'requests for a stream refused': (await crowd.look()).refused - refused,
      ...valuesOf(tally),
    },
    promises: [
      { sentence: 'Every stream comes back.', held: back },
      { sentence: 'No call fails while pods are replaced.', held: tally.failed + tally.unavailable === 0 },
    ],
  };
}

/** What became of the calls meanwhile. */
export function valuesOf({ calls, failed, unavailable, latenciesMs }: CallTally): Finding['values'] {
  return {
    calls,
    'calls answered with 503': unavailable,
    'calls that failed otherwise': failed,
    'call p50 ms': percentile(latenciesMs, 0.5),
    'call p99 ms': percentile(latenciesMs, 0.99),
  };
}
