/** Renews the pod's lease in its own thread, so that a pod whose handler blocks the event loop does not look dead. */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { describeThrown } from '../core/json/describe-thrown.ts';
import { type LeaseState, RENEWALS_PER_LEASE, renewedAt } from '../core/store/lease.ts';
import { monotonicNow } from '../pod/lifecycle/lease.ts';
import { createRedisLease } from '../redis/pods/redis-lease.ts';
import { connectRedis } from './store/redis-connection.ts';
import type { LeaseFailure, LeaseWork } from './worker-lease.ts';

/** Any Redis command waits for at most this time. */
const MAX_PATIENCE_MS = 2000;

const { config, payloadKeys, pod, leaseMs, state: buffer } = workerData as LeaseWork;
const shared = new Float64Array(buffer);
const [until = 0, since = 0, judgesFrom = 0] = shared;
let state: LeaseState = { until, since, judgesFrom };
/** What Redis said, for a refusal, is in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? describeThrown(error) : `${describeThrown(error)} (${describeThrown(cause)})`;
}

const log = { info: () => undefined, warn: () => undefined };

// If one renewal waited longer, the next one would be late.
const client = await connectRedis(config, log, Math.min(leaseMs / RENEWALS_PER_LEASE, MAX_PATIENCE_MS));
const lease = createRedisLease(client, { prefix: config.prefix, payloadKeys });
for (;;) {
  const asked = monotonicNow();
  if (asked < (shared[3] ?? 0)) {
    await delay(leaseMs / RENEWALS_PER_LEASE);
    continue;
  }
  try {
    await lease.renew(pod, leaseMs);
    state = renewedAt(asked, leaseMs, state);
    shared.set([state.until, state.since, state.judgesFrom]);
  } catch (error) {
    const failure: LeaseFailure = { reason: reasonOf(error) };
    parentPort?.postMessage(failure);
  }
  const spent = monotonicNow() - asked;
  await delay(Math.max(leaseMs / RENEWALS_PER_LEASE - spent, leaseMs / 10));
}
