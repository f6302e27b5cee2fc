/** Names the log of one exchange. */
export interface StreamKey {
  readonly session: string;
  /** Unique in the session; made by the owner pod. */
  readonly stream: string;
}

/** One open connection on one pod. */
export interface Connection {
  readonly pod: string;
  /** Unique in the pod. */
  readonly connection: string;
}

/** One event of a stream. */
export interface StreamEvent {
  /** From 1; the owner pod assigns it, one after the other, but for a jump of `TAKE_OVER_SKIP` where the owner changes. */
  readonly seq: number;
  /** A serialised JSON-RPC message. */
  readonly data: string;
}

/** What `follow` found. */
export interface Replay {
  /** Everything after the asked position that is still kept, in order; may be empty. */
  readonly events: readonly StreamEvent[];
  /** The exchange has ended: nothing will follow. */
  readonly done: boolean;
  /** Events after the asked position are no longer kept: there is a gap before `events`. */
  readonly truncated: boolean;
  /** From `follow`: the connection that was registered before, which the new one replaces. */
  readonly previous?: Connection;
}

/** What became of a write to a log. */
export type Written =
  /**
   * It is stored (also where it was before); `follower` is whom to forward it to. `unreplicated`: the store was told to wait for replicas,
   * and they do not have it yet, so a failover may lose it; written again, it is waited for again.
   */
  | { readonly state: 'stored'; readonly follower?: Connection; readonly unreplicated?: true }
  /** Another pod has taken the exchange over: this one may say nothing more of it. */
  | { readonly state: 'fenced' }
  /** The session has ended, so there is nothing to write to. */
  | { readonly state: 'gone' }
  /** The session lives, but the store lacks what came before, as after a failover: `last` is the newest seq it has, -1 without a log. */
  | { readonly state: 'missing'; readonly last: number };

/**
 * How many numbers a take-over leaves out: the old owner may have shown its client events that it could not store any more, and no number may
 * mean two events. More than an owner can number within a lease.
 */
export const TAKE_OVER_SKIP = 1_000_000;

/** An exchange whose owner died, as the pod that took it over finds it. */
export interface Orphan {
  /** To be given with every write from now on. */
  readonly epoch: number;
  /** As `open` got them. */
  readonly requests: string;
  /** The next event's seq is one more: the newest stored one and the skip. */
  readonly last: number;
  /** What is kept of the log. */
  readonly events: readonly StreamEvent[];
  /** How often it was taken over, this time included. */
  readonly takeOvers: number;
}

/**
 * The logs of the exchanges that became SSE: one writer (the owner pod), any reader.
 *
 * No lost wake-up, by construction: `follow` registers the follower and reads in one atomic step, and `append` stores and
 * returns the registered follower in one atomic step. So an event is either in the replay or its append names the follower.
 * One follower per stream: the newest connection wins.
 *
 * Fenced: a log has an epoch, 1 when it is opened and one more with each take-over; a write with an older epoch is fenced. One with
 * a newer epoch, which the store can only see where a failover lost the take-over, is told `missing`, and `open` makes it good.
 * Capped: beyond the store's limits of events and bytes the oldest events go, never the newest.
 */
export interface EventLog {
  /**
   * Creates the log, or finds it there already and gives it its idle time again; the owner calls it when an exchange becomes SSE, before its first `append`,
   * again where a write finds it missing, and now and then while the exchange runs and says nothing. `requests` is the JSON of the exchange's requests, `follows` what the owner's first
   * seq follows (0 unless it took the exchange over).
   */
  open(key: StreamKey, owner: string, epoch: number, requests: string, follows?: number): Promise<Written>;
  /**
   * Stores events, in the order of their seqs. `final`: the last of them is the log's last, which marks it as done and starts its retention. Storing a
   * seq again is a no-op that still answers `stored`.
   */
  append(key: StreamKey, epoch: number, events: readonly StreamEvent[], final: boolean): Promise<Written>;
  /**
   * Ends a log without a last event (a cancelled exchange); answers as `append` does. `last` is the seq of the newest event, so that a log
   * which lost events in a failover is not ended before it has them again. Default 0.
   */
  finish(key: StreamKey, epoch: number, last?: number): Promise<Written>;
  /**
   * Makes `follower` the stream's one follower and reads all events after `after`; undefined: no such log (any more). A done log registers nobody.
   * `onlyIfFree`: whoever is registered stays, which is for a follower that asks again because a failover may have lost its registration.
   */
  follow(key: StreamKey, after: number, follower: Connection, onlyIfFree?: boolean): Promise<Replay | undefined>;
  /** Reads without registering: how a follower fills a gap. */
  read(key: StreamKey, after: number): Promise<Replay | undefined>;
  /** Takes `follower` off, if it is still the one. */
  unfollow(key: StreamKey, follower: Connection): Promise<void>;
  /**
   * Makes `to` the owner of a log whose owner is `from` and that is not done, and counts it, in one step; undefined: there is no such log (any
   * more), it is done, or another pod was first. The log's follower stays. Asked again by the same pod it answers again, since an answer can be lost
   * on the way; the pod itself knows what it runs already.
   */
  takeOver(key: StreamKey, from: string, to: string): Promise<Orphan | undefined>;
}
