import { hrtime } from 'node:process';
import type { Log } from '../../core/log.ts';
import { createSparseLog } from '../../core/sparse-log.ts';
import { type Lease, type LeaseState, RENEWALS_PER_LEASE, renewedAt } from '../../core/store/lease.ts';
import type { PodRegistry } from '../../core/store/pod-registry.ts';

/** Milliseconds of a clock that never goes back and that all threads share. Only differences have a meaning. */
export function monotonicNow(): number {
  return Number(hrtime.bigint() / 1000n) / 1000;
}

/**
 * Holds a lease from this thread. The library does so unless it gets `takeLease`; `anypod serve` renews a lease in Redis from a thread of its own. If a
 * handler blocks this thread for longer than a lease, other pods count this pod as dead. Rejects if the first attempt fails.
 */
export async function holdLease(pods: PodRegistry, pod: string, leaseMs: number, log: Log): Promise<Lease> {
  async function renew(before: LeaseState | undefined): Promise<LeaseState> {
    const asked = monotonicNow();
    await pods.renew(pod, leaseMs);
    return renewedAt(asked, leaseMs, before);
  }

  const sparse = createSparseLog(log);
  let state = await renew(undefined);
  const timer = setInterval(() => {
    renew(state).then(
      (renewed) => {
        state = renewed;
      },
      (err: unknown) => sparse.warn({ err }, 'the lease could not be renewed; is the store reachable?'),
    );
  }, leaseMs / RENEWALS_PER_LEASE).unref();

  return {
    state: () => state,
    stop: async () => clearInterval(timer),
  };
}
