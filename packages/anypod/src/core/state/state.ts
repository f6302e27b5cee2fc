import type { JsonValue } from '../json/json-value.ts';

/**
 * Entries that a server keeps between calls. Values are JSON. Methods reject with `AnypodError`: `state_too_large` if the entries would take more than
 * `ANYPOD_SESSION_STATE_BYTES`, `state_gone` if the session has ended or the handle has expired, `store_unavailable` if the store does not answer. After
 * the last, the change may have been made or not. `UnwritableError`: JSON cannot hold the value.
 */
export interface StateEntries {
  /** The value of an entry. Undefined: there is none. */
  get<T extends JsonValue>(key: string): Promise<T | undefined>;
  /** Stores a value. `key`: 1 to 256 characters. */
  set(key: string, value: JsonValue): Promise<void>;
  delete(key: string): Promise<void>;
  /**
   * Stores what `fn` makes of the present value; undefined deletes the entry. Nothing that another pod or call writes meanwhile is lost: if the entry has
   * changed, `fn` gets the new value and runs again. So `fn` should do nothing but compute. Resolves with the stored value. Rejects with what `fn` throws,
   * and with `AnypodError` `state_conflict` if the entry changes a thousand times meanwhile.
   */
  update<T extends JsonValue>(
    key: string,
    fn: (value: T | undefined) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined>;
  /** All entries, in no order. */
  entries(): Promise<[key: string, value: JsonValue][]>;
}

/** What a server keeps for a session, on every pod and as long as the session. */
export interface SessionState extends StateEntries {
  /** The session's id. Do not show it: it is all that protects the session of an anonymous client. */
  readonly id: string;
}

/**
 * Entries under a handle: an id that the server gives to the model, and the model passes back as an argument of later calls. They work in every revision,
 * on any pod. A handle belongs to the principal that made it. If there is none, its unguessable id alone protects it.
 */
export interface StateHandles {
  /**
   * Makes a handle with these entries, and resolves with its id: 22 characters. The entries are gone when nobody has opened the handle for `ttlMs`.
   * Default, and at most: `ANYPOD_HANDLE_TTL`. Rejects with `AnypodError` `handle_limit` if the caller has too many.
   */
  create(entries?: Readonly<Record<string, JsonValue>>, options?: { readonly ttlMs?: number }): Promise<string>;
  /** The entries of a handle. Undefined: there is no such handle, it has expired, or it belongs to someone else. */
  open(id: string): Promise<StateEntries | undefined>;
  /** Deletes a handle. False: there is no such handle. */
  delete(id: string): Promise<boolean>;
}
