/** See `PodOptions.rerun`. */
export type RerunPolicy = 'never' | 'read-only' | 'safe';

/** How a pod serves sessions. Times in ms. */
export interface PodOptions {
  /** A call that takes longer is answered as an event stream. Default 1000. */
  readonly upgradeAfterMs?: number;
  /** How long a call may take, questions to the client included, until it is ended with an error of reason `timeout`. Default 0: as long as it likes. */
  readonly callTimeoutMs?: number;
  /** What clients are told to wait before they reconnect. Default 1000. */
  readonly retryMs?: number;
  /** How long a pod counts as living after its last heartbeat. Default 5000. */
  readonly leaseMs?: number;
  /** Bytes of heap for servers of sessions that are idle on this pod. Default 128 MiB. */
  readonly cacheBytes?: number;
  /** An idle session leaves this pod's memory after this long. Default 5 min. */
  readonly cacheIdleMs?: number;
  /** Bytes of a running stream's events that its pod keeps, to write them again after a failover. Default 4 MiB. */
  readonly keptBytes?: number;
  /** Which calls of a lost pod run again: none, those of read-only tools, or those of idempotent ones too. Default `read-only`. */
  readonly rerun?: RerunPolicy;
  /** How often one call may run again. Default 1. */
  readonly rerunLimit?: number;
  /** The store's, so that a cached session is renewed in time. Default 24 h. */
  readonly sessionTtlMs?: number;
  /** The store's, so that the log of a call that runs and says nothing is renewed in time. Default 1 h. */
  readonly streamIdleMs?: number;
  /**
   * Streams that merely wait end after this long, to be taken up on any pod, and connections close with their next response; both a little
   * later, spread. 0: never. Default 1 h.
   */
  readonly maxAgeMs?: number;
  /** The same for `subscriptions/listen` streams, whose clients have to listen again by themselves. Default 0: never. */
  readonly listenMaxAgeMs?: number;
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
  maxAgeMs: 60 * 60 * 1000,
  listenMaxAgeMs: 0,
};
