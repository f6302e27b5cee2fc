import type { Connection } from './event-log.ts';

/** One message of a session's standing stream. */
export interface StandingEvent {
  /** Opaque, ordered by `comparePositions`; assigned by the store, since any pod writes. */
  readonly position: string;
  /** A serialised JSON-RPC message. */
  readonly data: string;
}

/** How far a connection got, in the session's own log and in the log of changes. */
export interface Delivered {
  readonly position: string;
  readonly changes: string;
}

/** A connection that is replaced longer than this after the one before it is the first again; ms. */
export const REPLACED_IN_A_ROW_MS = 60_000;

/** What `attach` found. */
export interface Attached {
  /** What was sent after the asked position; empty without one. */
  readonly events: readonly StandingEvent[];
  /** Where a connection without a position begins: what no connection has had yet, as far as the store was told, comes after it. */
  readonly position: string;
  /** The same in the log of changes; undefined where an older build opened the session. */
  readonly changes?: string;
  /** The connection that this one replaces. */
  readonly previous?: Connection;
  /** How many connections have been replaced in a row, this one's `previous` included; 0: it replaces none. */
  readonly replaced: number;
}

/**
 * The log behind a session's standing GET stream: any pod writes, the newest connection reads. `attach` and `append` are
 * atomic in the same way as in `EventLog`: a message is either replayed or its append names the connection. Logs are capped in length and age.
 */
export interface StandingLog {
  /**
   * Stores a message; answers its position, the position of the message before it, and the connection to deliver to (undefined: none is
   * open). Undefined: no such session. Any pod writes, so mail may arrive in another order: `previous` tells the holder that something is missing.
   */
  append(
    session: string,
    data: string,
  ): Promise<{ position: string; previous: string; holder?: Connection } | undefined>;
  /** Makes `holder` the session's one standing connection. Undefined: no such session. */
  attach(session: string, holder: Connection, after?: string): Promise<Attached | undefined>;
  /** Reads what comes after `after`, and tells which connection holds the stream: how a holder makes up for lost mail. Undefined: no such session. */
  read(session: string, after: string): Promise<{ events: readonly StandingEvent[]; holder?: Connection } | undefined>;
  /** Notes how far `holder` got, if it is still the one. */
  delivered(session: string, holder: Connection, delivered: Delivered): Promise<void>;
  /** The same, and takes it off. */
  detach(session: string, holder: Connection, delivered: Delivered): Promise<void>;
}

/** Orders two positions of the form `<ms>-<n>` (a Redis Streams id): negative, zero or positive. */
export function comparePositions(a: string, b: string): number {
  const [aTime = 0, aCount = 0] = a.split('-').map(Number);
  const [bTime = 0, bCount = 0] = b.split('-').map(Number);
  return aTime - bTime || aCount - bCount;
}
