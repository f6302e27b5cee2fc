/** How fast an account may call: `burst` requests at once, and one more each `intervalMs`. */
export interface Rate {
  readonly intervalMs: number;
  readonly burst: number;
}

/** What a bucket gave. */
export interface Taken {
  /** How many of the wanted requests may be served. */
  readonly granted: number;
  /** In how many ms the next request may be served. 0: now. */
  readonly waitMs: number;
}

/** An account's buckets. Resumes have their own, so that a caller who has used up its calls can still get their results. */
export type Bucket = 'calls' | 'resumes';

/**
 * How much each account uses, counted for all pods together: that of a caller, or of a tenant. It is named by a code of the deployment's secret, so the store
 * learns neither its name nor its address.
 */
export interface Quotas {
  /**
   * Takes up to `wanted` requests from an account's bucket (the generic cell rate algorithm, exact for all pods: one atomic step, by the clock of the
   * store). What it does not grant costs nothing.
   */
  take(account: string, bucket: Bucket, wanted: number, rate: Rate): Promise<Taken>;
  /**
   * Counts a session that an account begins, for `ttlMs`, if it has fewer than `limit`. Returns 0, or in how many ms the oldest is no longer counted. A
   * session that is begun twice counts once.
   */
  beginSession(account: string, session: string, limit: number, ttlMs: number): Promise<number>;
  /** The session has ended, so it no longer counts. */
  endSession(account: string, session: string): Promise<void>;
}
