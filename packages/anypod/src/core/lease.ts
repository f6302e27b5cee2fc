/** A pod's heartbeat, as the pod itself sees it; times in ms of one monotonic clock. */
export interface Lease {
  /** Until when the lease surely holds; in the past where it may have run out. */
  until(): number;
  /**
   * Since when every renewal came in time. A late one means that the store was away or this process stood still, and then other pods may be
   * late for the same reason.
   */
  since(): number;
  /** Stops the heartbeat; the lease itself is given up with `PodRegistry.leave`. */
  stop(): Promise<void>;
}

/** Takes a lease for `pod` and keeps renewing it. Rejects where the first attempt fails. */
export type TakeLease = (pod: string, leaseMs: number) => Promise<Lease>;

/** Renewals in a lease: one may fail before the next counts as late, and two before the lease runs out. */
export const RENEWALS_PER_LEASE = 3;

/** What a lease's renewals have come to. */
export interface LeaseState {
  readonly until: number;
  readonly since: number;
}

/** The state after a renewal that was asked for at `asked` and succeeded; `before` undefined: the first. */
export function renewedAt(asked: number, leaseMs: number, before: LeaseState | undefined): LeaseState {
  const late = before === undefined || isLate(asked, leaseMs, before);
  return { until: asked + leaseMs, since: late ? asked : before.since };
}

/** Whether at `now` a renewal is overdue, by half a lease. */
function isLate(now: number, leaseMs: number, { until }: LeaseState): boolean {
  return until - now < leaseMs / 2;
}

/** Whether this pod may judge others by their leases: its own has held for a whole one, in which every living pod has renewed. */
export function mayJudge(now: number, leaseMs: number, state: LeaseState): boolean {
  return !isLate(now, leaseMs, state) && now - state.since >= leaseMs;
}
