import type { RequestId } from './json-rpc.ts';

/**
 * What pods tell each other. Within a key version changes are additive: a pod ignores types and fields that it does not know.
 * `data`, where present, is a serialised JSON-RPC message and travels beside the envelope, so nothing is encoded twice.
 */
export type InboxMessage =
  /** An answer is stored; the owner takes it from the question store. */
  | { readonly type: 'answered'; readonly session: string; readonly question: string }
  /** The client reports progress on a question. */
  | { readonly type: 'question-progress'; readonly session: string; readonly question: string; readonly data: string }
  /** The client cancelled a request: abort it, then confirm. A build that is older than `from` and `ack` leaves them out. */
  | {
      readonly type: 'cancelled';
      readonly session: string;
      readonly request: RequestId;
      readonly reason?: string;
      readonly from?: string;
      readonly ack?: string;
    }
  /**
   * The session's level or subscriptions changed: read it again, then confirm. With `data`, the client sent this notification: hand it to the
   * session's server. `number` is its number where the store remembers it. An older build reads the session again in both cases.
   */
  | {
      readonly type: 'session-changed';
      readonly session: string;
      readonly from: string;
      readonly ack: string;
      readonly number?: number;
      readonly data?: string;
    }
  /** The session ended: let go of everything of it, then confirm. */
  | { readonly type: 'session-ended'; readonly session: string; readonly from: string; readonly ack: string }
  /** A pod left with exchanges running: they are orphans now, not only after a lease. */
  | { readonly type: 'pod-left'; readonly pod: string }
  /** The confirmation of `from` for the `ack` that the receiver handed out. */
  | { readonly type: 'confirmed'; readonly ack: string; readonly from: string }
  /** An event for a follower on the receiving pod; `seq` 0 without data: the log ended without a last event. */
  | {
      readonly type: 'event';
      readonly session: string;
      readonly stream: string;
      readonly connection: string;
      readonly seq: number;
      readonly final: boolean;
      readonly data?: string;
    }
  /** A message for a standing connection on the receiving pod. */
  | {
      readonly type: 'standing-event';
      readonly session: string;
      readonly connection: string;
      readonly position: string;
      /** The position of the message before it; a build that is older than this member leaves it out. */
      readonly previous?: string;
      readonly data: string;
    }
  /** A call that runs once has ended, with a stored response or without one: whoever waits for it looks again. */
  | { readonly type: 'call-ended'; readonly call: string }
  /** A newer connection follows the exchange elsewhere: end this one. */
  | { readonly type: 'follower-replaced'; readonly connection: string }
  /** A newer standing connection was opened elsewhere: end this one. */
  | {
      readonly type: 'standing-replaced';
      readonly session: string;
      readonly connection: string;
      /** How long its client is to wait before it connects again, in ms; a build that is older than this member leaves it out. */
      readonly retryMs?: number;
    };

/** A running subscription. */
export interface Listening {
  stop(): Promise<void>;
}

/** Mail between pods: durable, in order per sender, one blocking connection per pod. */
export interface Inbox {
  send(pod: string, message: InboxMessage): Promise<void>;
  /**
   * Delivers what is sent to `pod` from now on. `onGap` is called where messages may have been missed (the connection was
   * lost for longer than the inbox keeps, or its log is gone): caches can no longer be trusted. Resolves when listening.
   */
  listen(pod: string, onMessage: (message: InboxMessage) => void, onGap: () => void): Promise<Listening>;
}
