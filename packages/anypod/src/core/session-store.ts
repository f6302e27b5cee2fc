import type { RequestId } from './json-rpc.ts';
import type { ClientNotification, Session, SessionRecord } from './session.ts';

/** Kinds of notifications that are remembered in a session. */
export const NOTIFICATION_KINDS = 16;
/** Bytes of one that is remembered: its method and its params as JSON. */
export const NOTIFICATION_BYTES = 4096;

/** A notification of the client that was taken in. */
export interface Noted {
  readonly pods: readonly string[];
  /** Its number among the session's notifications; absent: it was one too many or too large, and is not remembered. */
  readonly number?: number;
}

/**
 * The sessions, shared by all pods. It also knows which pods cache a session: `create` and `load` add the asking pod, in
 * the same atomic step that reads, so a change that comes later always knows whom to tell.
 *
 * Every method that changes a session returns the pods that cache it (the caller tells them and waits for their word), or
 * undefined where the session does not exist (never did, expired, ended).
 */
export interface SessionStore {
  /** Stores a new session, cached by `pod`, with a full TTL. `changes`: where the log of changes is; its standing stream begins there. */
  create(record: SessionRecord, pod: string, changes?: string): Promise<void>;
  /** Reads a session, notes that `pod` caches it, and renews its TTL where a tenth of it has passed. */
  load(id: string, pod: string): Promise<Session | undefined>;
  /** Renews the TTL; false: there is no such session. For pods that answer from their cache. */
  touch(id: string): Promise<boolean>;
  setLogLevel(id: string, level: string): Promise<readonly string[] | undefined>;
  /** Throws `AnypodError` `subscription_limit` beyond the store's limit of subscriptions in a session. */
  subscribe(id: string, uri: string): Promise<readonly string[] | undefined>;
  unsubscribe(id: string, uri: string): Promise<readonly string[] | undefined>;
  /** Remembers for `keepMs` that `request` is cancelled, for the case that it has not arrived yet; 0: not at all. Bounded: 100 a session. */
  cancel(id: string, request: RequestId, keepMs: number): Promise<readonly string[] | undefined>;
  /** Forgets that `request` is cancelled; false: that is not remembered, or not any more. Of several that ask, one is told. */
  takeCancelled(id: string, request: RequestId): Promise<boolean>;
  /**
   * Remembers a notification of the client in place of an earlier one of its kind. One beyond `NOTIFICATION_KINDS` or `NOTIFICATION_BYTES` is not
   * remembered, and the earlier one is forgotten.
   */
  note(id: string, notification: Omit<ClientNotification, 'number'>): Promise<Noted | undefined>;
  /** Removes every key of the session: record, subscriptions, questions, standing log and the logs of its exchanges. */
  end(id: string): Promise<readonly string[] | undefined>;
}
