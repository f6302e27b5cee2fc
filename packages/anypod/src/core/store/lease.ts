/** A pod's heartbeat, as the pod itself sees it. */
export interface Lease {
  state(): LeaseState;
  /** Stops the heartbeat. To end the lease itself, call `PodRegistry.leave`. */
  stop(): Promise<void>;
}

/** Takes a lease for `pod` and keeps renewing it. Rejects if the first attempt fails. */
export type TakeLease = (pod: string, leaseMs: number) => Promise<Lease>;

/** Renewals per lease. One may fail before the next counts as late, and two before the lease runs out. */
export const RENEWALS_PER_LEASE = 3;

/** What is known of a lease after its renewals so far. Times are in ms of one monotonic clock. */
export interface LeaseState {
  /** The time until which the lease certainly holds; in the past if it may have run out. */
  readonly until: number;
  /**
   * The time since which every renewal came in time. A late renewal means that the store was away or that this process stood still. Then other pods
   * may be late for the same reason.
   */
  readonly since: number;
  /** The time from which this pod may declare other pods dead, if no renewal is late until then. */
  readonly judgesFrom: number;
}

/**
 * After a late renewal a pod waits for this many of its leases before it judges other pods. They may reach the store later than this pod does, and
 * each of them needs time for a renewal.
 */
const LEASES_AFTER_A_BREAK = 2;

/** The state after a successful renewal that was sent at `asked`. `before` undefined: it was the first. */
export function renewedAt(asked: number, leaseMs: number, before: LeaseState | undefined): LeaseState {
  const until = asked + leaseMs;
  if (before === undefined) return { until, since: asked, judgesFrom: until };
  if (isLate(asked, leaseMs, before))
    return { until, since: asked, judgesFrom: asked + LEASES_AFTER_A_BREAK * leaseMs };
  return { ...before, until };
}

/** Whether a renewal is overdue at `now`, by half a lease. */
function isLate(now: number, leaseMs: number, { until }: Pick<LeaseState, 'until'>): boolean {
  return until - now < leaseMs / 2;
}

/**
 * Whether this pod may declare other pods dead by their leases: its own lease has held without a break for so long that every living pod has renewed.
 */
export function mayJudge(now: number, leaseMs: number, state: LeaseState): boolean {
  return !isLate(now, leaseMs, state) && now >= state.judgesFrom;
}
