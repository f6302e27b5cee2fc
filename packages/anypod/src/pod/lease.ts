import { hrtime } from 'node:process';
import type { Lease } from '../core/lease.ts';
import type { Log } from '../core/log.ts';
import type { PodRegistry } from '../core/pod-registry.ts';

/** Renewals in a lease: two may fail before other pods think this one is gone. */
export const RENEWALS_PER_LEASE = 3;

/** Milliseconds of a clock that never goes back and that all threads share; only differences mean anything. */
export function monotonicNow(): number {
  return Number(hrtime.bigint() / 1000n) / 1000;
}

/**
 * Holds a lease from this thread, which suits tests and stores without connections of their own: a handler that blocks the event loop for
 * longer than a lease looks like death to other pods. Rejects where the first attempt fails.
 */
export async function holdLease(pods: PodRegistry, pod: string, leaseMs: number, log: Log): Promise<Lease> {
  let until = 0;

  async function renew(): Promise<void> {
    const asked = monotonicNow();
    await pods.renew(pod, leaseMs);
    until = asked + leaseMs;
  }

  await renew();
  const timer = setInterval(() => {
    renew().catch((err: unknown) => log.warn({ err }, 'the lease could not be renewed; is the store reachable?'));
  }, leaseMs / RENEWALS_PER_LEASE).unref();

  return {
    until: () => until,
    stop: async () => clearInterval(timer),
  };
}
