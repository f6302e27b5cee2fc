import type { PodContext } from './context.ts';

/** Renewals in a lease: two may fail before other pods think this one is gone. */
const RENEWALS_PER_LEASE = 3;

/** This pod's heartbeat. */
export interface Lease {
  /** Gives the lease up. */
  stop(): Promise<void>;
}

/** Takes the lease, then renews it; `onRenewed` gets the time (ms of this pod's clock) until which it surely holds. Rejects where the first attempt fails. */
export async function holdLease(context: PodContext, onRenewed: (until: number) => void): Promise<Lease> {
  const { pod, store, options, log } = context;
  let stopped = false;

  async function renew(): Promise<void> {
    const asked = Date.now();
    await store.pods.renew(pod, options.leaseMs);
    if (!stopped) onRenewed(asked + options.leaseMs);
  }

  await renew();
  const timer = setInterval(() => {
    renew().catch((err: unknown) => log.warn({ err }, 'the lease could not be renewed; is the store reachable?'));
  }, options.leaseMs / RENEWALS_PER_LEASE).unref();

  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await store.pods.leave(pod);
    },
  };
}
