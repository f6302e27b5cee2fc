import type { RequestId } from './json-rpc.ts';
import type { Session, SessionRecord } from './session.ts';

/**
 * The sessions, shared by all pods. It also knows which pods cache a session: `create` and `load` add the asking pod, in
 * the same atomic step that reads, so a change that comes later always knows whom to tell.
 *
 * Every method that changes a session returns the pods that cache it (the caller tells them and waits for their word), or
 * undefined where the session does not exist (never did, expired, ended).
 */
export interface SessionStore {
  /** Stores a new session, cached by `pod`, with a full TTL. */
  create(record: SessionRecord, pod: string): Promise<void>;
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
  /** Removes every key of the session: record, subscriptions, questions, standing log and the logs of its exchanges. */
  end(id: string): Promise<readonly string[] | undefined>;
}
