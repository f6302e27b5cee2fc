import type { RequestId } from '../json/json-rpc.ts';
import type { ClientNotification, RegistryChanges, Session, SessionRecord } from '../session/session.ts';

/** How many kinds of notifications a session remembers. */
export const NOTIFICATION_KINDS = 16;
/** Largest notification that is remembered, in bytes: its method and its params as JSON. */
export const NOTIFICATION_BYTES = 4096;

/** The result of `note`. */
export interface Noted {
  readonly pods: readonly string[];
  /** The notification's number in its session. Absent: it was one too many or too large, and is not remembered. */
  readonly number?: number;
}

/** The result of `changeRegistry`. */
export interface RegistryStored {
  readonly pods: readonly string[];
  /** How many changes were not stored, because the session's changes would take more than `StoreOptions.stateByteLimit`. */
  readonly refused: number;
}

/**
 * The sessions, shared by all pods. The store also knows which pods cache a session: `create` and `load` add the pod that asks, `load` in the same
 * atomic step in which it reads. So a later change always knows which pods to tell.
 *
 * Every method that changes a session returns the pods that cache it; the caller tells them and waits until they confirm. Undefined: the session does
 * not exist (it never did, it expired, or it ended).
 */
export interface SessionStore {
  /**
   * Stores a new session that `pod` caches, with a full TTL. `changes` is the newest position in the log of changes; the
   * session's standing stream begins there. `state`: the session's first entries (see `StateStore`), as JSON, by key.
   */
  create(record: SessionRecord, pod: string, changes?: string, state?: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Replaces the record `before` of a session that is not initialized by `after`, which has the same id. Returns the pods that cache the session. False:
   * another call was first. Undefined: there is no such session.
   */
  initialized(before: SessionRecord, after: SessionRecord): Promise<readonly string[] | false | undefined>;
  /** Reads a session, notes that `pod` caches it, and renews its TTL if a tenth of it has passed. */
  load(id: string, pod: string): Promise<Session | undefined>;
  /** Renews the TTL. False: there is no such session. For pods that answer from their cache. */
  touch(id: string): Promise<boolean>;
  setLogLevel(id: string, level: string): Promise<readonly string[] | undefined>;
  /** Throws `AnypodError` `subscription_limit` if the session has as many subscriptions as the store allows. */
  subscribe(id: string, uri: string): Promise<readonly string[] | undefined>;
  unsubscribe(id: string, uri: string): Promise<readonly string[] | undefined>;
  /**
   * Remembers for `keepMs` that `request` is cancelled, since it may not have arrived yet. 0: does not remember it. A session remembers 100 at most.
   */
  cancel(id: string, request: RequestId, keepMs: number): Promise<readonly string[] | undefined>;
  /** Forgets that `request` is cancelled. False: the store does not remember it (any more). If several callers ask, one gets true. */
  takeCancelled(id: string, request: RequestId): Promise<boolean>;
  /**
   * Remembers a notification of the client and replaces the earlier one of its kind. One beyond `NOTIFICATION_KINDS` or `NOTIFICATION_BYTES` is not
   * remembered, and the earlier one is forgotten.
   */
  note(id: string, notification: Omit<ClientNotification, 'number'>): Promise<Noted | undefined>;
  /** Stores changes of the server's visible registry, each in place of the earlier one of its name. */
  changeRegistry(id: string, changes: RegistryChanges): Promise<RegistryStored | undefined>;
  /** Removes every key of the session: record, state, subscriptions, questions, standing log and the logs of its exchanges. */
  end(id: string): Promise<readonly string[] | undefined>;
}
