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
  /** From 1, without holes; the owner pod assigns it. */
  readonly seq: number;
  /** A serialised JSON-RPC message. */
  readonly data: string;
}

/** What `follow` found. */
export interface Replay {
  /** Everything after the asked position, in order; may be empty. */
  readonly events: readonly StreamEvent[];
  /** The exchange has ended: nothing will follow. */
  readonly done: boolean;
  /** From `follow`: the connection that the new one replaces. */
  readonly previous?: Connection;
}

/**
 * The logs of the exchanges that became SSE: one writer (the owner pod), any reader.
 *
 * No lost wake-up, by construction: `follow` registers the follower and reads in one atomic step, and `append` stores and
 * returns the registered follower in one atomic step. So an event is either in the replay or its append names the follower.
 * One follower per stream: the newest connection wins.
 */
export interface EventLog {
  /** Creates the log; the owner calls it when an exchange becomes SSE, before its first `append`. `requests` is the JSON of the exchange's requests. */
  open(key: StreamKey, owner: string, requests: string): Promise<void>;
  /**
   * Stores an event and tells who follows (undefined: nobody but perhaps the owner's first connection). `final` marks the
   * log as done and starts its retention. Storing a seq again is a no-op that still answers. To a log that is gone
   * (its session ended) it stores nothing and answers undefined.
   */
  append(key: StreamKey, event: StreamEvent, final: boolean): Promise<Connection | undefined>;
  /** Ends a log without a last event (a cancelled exchange); answers as `append` does. */
  finish(key: StreamKey): Promise<Connection | undefined>;
  /** Makes `follower` the stream's one follower and reads all events after `after`; undefined: no such log (any more). A done log registers nobody. */
  follow(key: StreamKey, after: number, follower: Connection): Promise<Replay | undefined>;
  /** Reads without registering: how a follower fills a gap. */
  read(key: StreamKey, after: number): Promise<Replay | undefined>;
  /** Takes `follower` off, if it is still the one. */
  unfollow(key: StreamKey, follower: Connection): Promise<void>;
}
