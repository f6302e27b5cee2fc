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
  /** Assigned by the owner pod: 1, 2, 3 and so on. After a take-over it jumps by `TAKE_OVER_SKIP`. */
  readonly seq: number;
  /** A serialised JSON-RPC message. */
  readonly data: string;
}

/** The result of `follow`. */
export interface Replay {
  /** Everything after the asked position that is still kept, in order; may be empty. */
  readonly events: readonly StreamEvent[];
  /** The exchange has ended: nothing will follow. */
  readonly done: boolean;
  /** Events after the asked position are no longer kept: there is a gap before `events`. */
  readonly truncated: boolean;
  /** From `follow`: the connection that followed before and is now replaced. */
  readonly previous?: Connection;
}

/** The result of a write to a log. */
export type Written =
  /**
   * The log has the event, from this write or an earlier one. `follower` is the connection to forward it to. `unreplicated`: the store was told to
   * wait for replicas, and they do not have the event yet, so a failover may lose it. Writing it again waits for them again.
   */
  | { readonly state: 'stored'; readonly follower?: Connection; readonly unreplicated?: true }
  /** Another pod has taken the exchange over. This pod must not send any more of it. */
  | { readonly state: 'fenced' }
  /** The session has ended, so there is nothing to write to. */
  | { readonly state: 'gone' }
  /**
   * The session exists, but the store lacks earlier events, for example after a failover. `last` is the newest seq that
   * it has, -1 if there is no log.
   */
  | { readonly state: 'missing'; readonly last: number };

/**
 * How many seqs a take-over skips. The old owner may have sent its client events that it could no longer store, and no seq may name two events. An
 * owner cannot use this many within a lease.
 */
export const TAKE_OVER_SKIP = 1_000_000;

/** An exchange whose owner pod was lost, as the pod that takes it over gets it. */
export interface Orphan {
  /** Give it with every write from now on. */
  readonly epoch: number;
  /** The JSON of the exchange's requests, as given to `begin` or `open`. */
  readonly requests: string;
  /** The new owner's first event gets the seq after this one: the newest stored seq plus the skip. */
  readonly last: number;
  /** The events that the log still has. */
  readonly events: readonly StreamEvent[];
  /** How often the exchange was taken over, this time included. */
  readonly takeOvers: number;
}

/**
 * The logs of exchanges that answer with a stream. The owner pod writes a log; any pod may read it.
 *
 * No event is missed: `follow` registers the follower and reads in one atomic step, and `append` stores events and returns the registered follower in
 * one atomic step. So either the replay contains an event, or its append names the follower. A stream has one follower: the newest connection wins.
 *
 * A log has an epoch: 1 when it begins, one more with each take-over. A write with an older epoch gets `fenced`. A write with a newer epoch can
 * occur only after a failover lost the take-over; it gets `missing`, and `open` repairs the log. Beyond the store's limits of events and bytes, the
 * oldest events are removed, never the newest.
 */
export interface EventLog {
  /**
   * Creates the log of a new exchange with its first events, 1, 2 and so on, in one atomic step. `final`: the last of them ends the log. So a log that
   * is complete from the beginning never has an owner who could be lost. The owner of any other is noted in `Ownership` before. A repetition by the same
   * owner adds what the log lacks. `requests` is as in `open`.
   */
  begin(
    key: StreamKey,
    owner: string,
    requests: string,
    events: readonly StreamEvent[],
    final: boolean,
  ): Promise<Written>;
  /**
   * Creates the log without events. If it exists, gives it its full idle time again. The owner calls this when a write answers `missing`, and from time
   * to time while the exchange runs and sends nothing. `requests` is the JSON of the exchange's requests. `follows` is the seq before the owner's first
   * one: 0 unless it took the exchange over.
   */
  open(key: StreamKey, owner: string, epoch: number, requests: string, follows?: number): Promise<Written>;
  /**
   * Stores events in the order of their seqs. `final`: the last of them ends the log, which starts its retention. Storing a seq again changes
   * nothing and still answers `stored`. With `owner`, the end also removes the note of this owner from `Ownership`, once the store has the end safely.
   */
  append(
    key: StreamKey,
    epoch: number,
    events: readonly StreamEvent[],
    final: boolean,
    owner?: string,
  ): Promise<Written>;
  /**
   * Ends a log without a last event (a cancelled exchange). Answers as `append` does. `last` is the seq of the newest event: a log that lost events
   * in a failover is not ended before it has them again. Default 0. `owner` is as in `append`.
   */
  finish(key: StreamKey, epoch: number, last?: number, owner?: string): Promise<Written>;
  /**
   * Makes `follower` the stream's one follower and reads all events after `after`. Undefined: there is no such log (any more). A log that has ended
   * registers nobody. With `onlyIfFree`, a follower that is registered stays. A follower asks so when a failover may have lost its registration.
   */
  follow(key: StreamKey, after: number, follower: Connection, onlyIfFree?: boolean): Promise<Replay | undefined>;
  /** Reads without registering: how a follower fills a gap. */
  read(key: StreamKey, after: number): Promise<Replay | undefined>;
  /** Removes `follower`, if it is still the registered one. */
  unfollow(key: StreamKey, follower: Connection): Promise<void>;
  /**
   * Makes `to` the owner of a log that `from` owns and that has not ended, and counts the take-over, in one atomic step. Undefined: there is no such
   * log (any more), it has ended, or another pod was first. The follower stays registered. If the same pod asks again, it gets the answer again,
   * since the first answer may have been lost; the pod itself knows what it already runs.
   */
  takeOver(key: StreamKey, from: string, to: string): Promise<Orphan | undefined>;
}
