/** See `PodOptions.rerun`. */
export type RerunPolicy = 'never' | 'read-only' | 'safe';

/** How a pod serves sessions. Times in ms. */
export interface PodOptions {
  /** A call that takes longer is answered as an event stream. Default 1000. */
  readonly upgradeAfterMs?: number;
  /** How long a call may take, with its questions to the client. After that the pod ends it with an error of reason `timeout`. Default 0: no limit. */
  readonly callTimeoutMs?: number;
  /** How long clients are told to wait before they reconnect. Default 1000. */
  readonly retryMs?: number;
  /** How long a pod counts as living after its last heartbeat. Default 5000. */
  readonly leaseMs?: number;
  /** Bytes of heap for the servers of sessions that are idle on this pod. Default 128 MiB. */
  readonly cacheBytes?: number;
  /** After this time the pod removes an idle session from its memory. Default 5 min. */
  readonly cacheIdleMs?: number;
  /** Bytes of events that the pod keeps for each running stream, to write them again after a failover. Default 4 MiB. */
  readonly keptBytes?: number;
  /** Which calls of a lost pod run again: none, those of read-only tools, or also those of idempotent tools. Default `read-only`. */
  readonly rerun?: RerunPolicy;
  /** How often one call may run again. Default 1. */
  readonly rerunLimit?: number;
  /** The TTL of sessions in the store. The pod renews the sessions that it has cached in time. Default 24 h. */
  readonly sessionTtlMs?: number;
  /** How long the store keeps a log without writes. The pod renews the log of a silent running call in time. Default 1 h. */
  readonly streamIdleMs?: number;
  /** How many bytes a server may keep for a session, and under a handle. Default 64 KiB. */
  readonly stateByteLimit?: number;
  /**
   * After this time the pod ends streams that only wait, and their clients resume them on any pod. A connection of this age closes with its next
   * response. The pod spreads both over a little more time. 0: never. Default 1 h.
   */
  readonly maxAgeMs?: number;
  /** How many sessions a caller may have, if its `quotaKey` is known: those that it began within `sessionTtlMs` and has not ended. Default 0: any number. */
  readonly callerSessions?: number;
  /** How many sessions all callers of a tenant may have together, if their `tenantQuotaKey` is known. Default 0: any number. */
  readonly tenantSessions?: number;
  /** The same for `subscriptions/listen` streams. Their clients must listen again by themselves. Default 0: never. */
  readonly listenMaxAgeMs?: number;
  /**
   * The pod lives for a request, not for days. It takes over only the exchanges that clients resume on it, and if it leaves nothing to take over, the
   * store forgets it at once. Default false.
   */
  readonly transient?: boolean;
}

export const POD_DEFAULTS: Required<PodOptions> = {
  upgradeAfterMs: 1000,
  callTimeoutMs: 0,
  retryMs: 1000,
  leaseMs: 5000,
  cacheBytes: 128 * 1024 * 1024,
  cacheIdleMs: 5 * 60 * 1000,
  keptBytes: 4 * 1024 * 1024,
  rerun: 'read-only',
  rerunLimit: 1,
  sessionTtlMs: 24 * 60 * 60 * 1000,
  streamIdleMs: 60 * 60 * 1000,
  stateByteLimit: 64 * 1024,
  maxAgeMs: 60 * 60 * 1000,
  callerSessions: 0,
  tenantSessions: 0,
  listenMaxAgeMs: 0,
  transient: false,
};
