/** Where a server's entries are kept: with a session, or under a handle. */
export type StatePlace =
  | { readonly session: string }
  /** `owner`: the principal that made the handle. Undefined: an anonymous caller, so the id alone protects it. */
  | { readonly handle: string; readonly owner: string | undefined };

/** A value as the store keeps it. */
export interface StoredValue {
  /** Names this state of the entry. No other state of any entry in the same place ever has it. */
  readonly version: string;
  /** The value as JSON. */
  readonly json: string;
}

/** What a write needs to find. `any`: it does not matter. `none`: the entry must not exist. Otherwise it must have this version. */
export type Expected = 'any' | 'none' | { readonly version: string };

/** A change of one entry. */
export interface StateWrite {
  readonly key: string;
  /** JSON. Undefined: delete the entry. */
  readonly json: string | undefined;
  readonly expected: Expected;
  /** Who writes. Names a pod, and must not contain a colon. */
  readonly writer: string;
  /**
   * Grows with each write of this writer in this place, and the writer makes one write at a time. So the store recognises a write that reaches it
   * twice, because a connection was lost before the reply.
   */
  readonly number: number;
}

/** The outcome of a write. `gone`: the session has ended, or the handle has expired or was deleted. */
export type Written =
  /** `version`: the entry's new one. Undefined: the entry is deleted, or the store had this write already. */
  | { readonly outcome: 'written'; readonly version: string | undefined }
  | { readonly outcome: 'conflict'; readonly current: StoredValue | undefined }
  | { readonly outcome: 'too_large'; readonly bytes: number }
  | { readonly outcome: 'gone' };

/** What a new handle gets. */
export interface NewHandle {
  /** The first values, as JSON, by key. */
  readonly entries: ReadonlyMap<string, string>;
  /** The handle is gone after this long without being opened. */
  readonly ttlMs: number;
}

/**
 * What servers keep between calls. The entries of a session live as long as the session. A handle lives for its own TTL. Sizes count the bytes of keys and
 * values in UTF-8; `StoreOptions.stateByteLimit` limits each place.
 */
export interface StateStore {
  read(place: StatePlace, key: string): Promise<StoredValue | undefined>;
  /** All entries as JSON, by key. Empty: there are none, or the place is gone. */
  entries(place: StatePlace): Promise<ReadonlyMap<string, string>>;
  /** Changes one entry atomically. */
  write(place: StatePlace, write: StateWrite): Promise<Written>;
  /** Makes a handle. False: its owner, or all anonymous callers together, have as many as the store allows. The store counts anonymous handles in groups. */
  create(place: Extract<StatePlace, { handle: string }>, handle: NewHandle): Promise<boolean>;
  /** Renews the TTL of a handle. False: there is no such handle. */
  open(place: Extract<StatePlace, { handle: string }>): Promise<boolean>;
  /** Deletes a handle with its entries. False: there is no such handle. */
  remove(place: Extract<StatePlace, { handle: string }>): Promise<boolean>;
}

/** How many groups share the limit of anonymous handles. Each group has keys of its own, so that a Cluster spreads them. */
export const ANONYMOUS_GROUPS = 64;

const utf8 = new TextEncoder();

/** The bytes that an entry counts. */
export function entryBytes(key: string, json: string): number {
  return utf8.encode(key).length + utf8.encode(json).length;
}
