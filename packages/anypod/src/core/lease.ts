/** A pod's heartbeat, as the pod itself sees it. */
export interface Lease {
  /** Until when the lease surely holds, in ms of `monotonicNow`; in the past where it may have run out. */
  until(): number;
  /** Stops the heartbeat; the lease itself is given up with `PodRegistry.leave`. */
  stop(): Promise<void>;
}

/** Takes a lease for `pod` and keeps renewing it. Rejects where the first attempt fails. */
export type TakeLease = (pod: string, leaseMs: number) => Promise<Lease>;
