import type { Connection } from './event-log.ts';

/** One message of a session's standing stream. */
export interface StandingEvent {
  /** Opaque and ordered by `comparePositions`. The store assigns it, since any pod writes. */
  readonly position: string;
  /** A serialised JSON-RPC message. */
  readonly data: string;
}

/** How far a connection got in the session's own log and in the log of changes. */
export interface Delivered {
  readonly position: string;
  readonly changes: string;
}

/** If more than this has passed since the last replacement, counting replaced connections starts again at one; ms. */
export const REPLACED_IN_A_ROW_MS = 60_000;

/** The result of `attach`. */
export interface Attached {
  /** The messages after the asked position; empty if none was asked. */
  readonly events: readonly StandingEvent[];
  /** Where a connection without a position begins. As far as the store was told, no connection has had the messages after it. */
  readonly position: string;
  /** The same for the log of changes. Undefined: an older build opened the session. */
  readonly changes?: string;
  /** The connection that this one replaces. */
  readonly previous?: Connection;
  /** How many connections were replaced in a row, including `previous`. 0: this connection replaces none. */
  readonly replaced: number;
}

/**
 * The log behind a session's standing GET stream. Any pod writes; the newest connection reads. `attach` and `append` are atomic as in `EventLog`:
 * either the replay contains a message, or its append names the connection. Length and age of a log are capped.
 */
export interface StandingLog {
  /**
   * Stores a message. Returns its position, the position of the message before it, and the connection to deliver to (undefined:
   * none is open). Undefined: no such session. Any pod writes, so messages between pods may arrive in another order: `previous`
   * tells the holder that one is missing.
   */
  append(
    session: string,
    data: string,
  ): Promise<{ position: string; previous: string; holder?: Connection } | undefined>;
  /** Makes `holder` the session's one standing connection. Undefined: no such session. */
  attach(session: string, holder: Connection, after?: string): Promise<Attached | undefined>;
  /**
   * Reads the messages after `after`, and tells which connection holds the stream. A holder calls it when a message did not
   * arrive. Undefined: no such session.
   */
  read(session: string, after: string): Promise<{ events: readonly StandingEvent[]; holder?: Connection } | undefined>;
  /** Notes how far `holder` got, if it still holds the stream. */
  delivered(session: string, holder: Connection, delivered: Delivered): Promise<void>;
  /** Notes how far `holder` got and removes it, if it still holds the stream. */
  detach(session: string, holder: Connection, delivered: Delivered): Promise<void>;
}

/** Orders two positions of the form `<ms>-<n>` (a Redis Streams id): negative, zero or positive. */
export function comparePositions(a: string, b: string): number {
  const [aTime = 0, aCount = 0] = a.split('-').map(Number);
  const [bTime = 0, bCount = 0] = b.split('-').map(Number);
  return aTime - bTime || aCount - bCount;
}
