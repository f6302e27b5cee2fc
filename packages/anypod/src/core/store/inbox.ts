import type { RequestId } from '../json/json-rpc.ts';
import type { AnswerForm } from '../reply.ts';

/**
 * What pods tell each other. Changes within a key version only add: a pod ignores types and fields that it does not know. `data`, if present, is a
 * serialised JSON-RPC message. It is sent beside the envelope, so nothing is encoded twice.
 */
export type InboxMessage =
  /**
   * The store has an answer to a question. The owner takes it from the question store. `trace`: where the pod that got the answer is in the call's trace,
   * if that is recorded; older builds do not send it.
   */
  | { readonly type: 'answered'; readonly session: string; readonly question: string; readonly trace?: string }
  /** The client reports progress on a question. */
  | { readonly type: 'question-progress'; readonly session: string; readonly question: string; readonly data: string }
  /** The client cancelled a request: abort it, then confirm. Older builds do not send `from` and `ack`. */
  | {
      readonly type: 'cancelled';
      readonly session: string;
      readonly request: RequestId;
      readonly reason?: string;
      readonly from?: string;
      readonly ack?: string;
    }
  /**
   * The session's level or subscriptions changed: read the session again, then confirm. With `data`, the client sent this notification: deliver it to
   * the session's server. `number` is its number, if the store remembers it. An older build reads the session again in both cases.
   */
  | {
      readonly type: 'session-changed';
      readonly session: string;
      readonly from: string;
      readonly ack: string;
      readonly number?: number;
      readonly data?: string;
    }
  /** The session ended: release everything that belongs to it, then confirm. */
  | { readonly type: 'session-ended'; readonly session: string; readonly from: string; readonly ack: string }
  /** A pod left while exchanges ran. They are orphans now, before its lease would have run out. */
  | { readonly type: 'pod-left'; readonly pod: string }
  /** Pod `from` confirms the message that carried this `ack`. */
  | { readonly type: 'confirmed'; readonly ack: string; readonly from: string }
  /** An event for a follower on the receiving pod. `seq` 0 without data: the log ended without a last event. */
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
      /** The position of the message before it. Older builds do not send it. */
      readonly previous?: string;
      readonly data: string;
    }
  /** A call that must run once has ended, with or without a stored response. A pod that waits for it looks again. */
  | { readonly type: 'call-ended'; readonly call: string }
  /** A task has changed for which a request on the receiving pod waits. The pod reads it again. */
  | { readonly type: 'task-changed'; readonly task: string }
  /**
   * A task was cancelled: abort its handler if it runs on the receiving pod. With `state`, the state for its next run, also abort the handler that waits
   * for the answers of that run, on whichever pod. Older builds do not send it.
   */
  | { readonly type: 'task-cancelled'; readonly task: string; readonly state?: string }
  /**
   * A call of 2026-07-28 is parked on the receiving pod, and pod `from` has got its client's next request. `data` has the answers that came with it.
   * The receiving pod sends what follows to `wait`.
   */
  | {
      readonly type: 'parked-answers';
      readonly call: string;
      readonly from: string;
      readonly wait: string;
      /** The id of the client's request. */
      readonly request: RequestId;
      readonly form: AnswerForm;
      readonly data: string;
      /** Where the client's request is in its trace. Older builds do not send it. */
      readonly trace?: string;
    }
  /**
   * What a parked call says to a request that waits on the receiving pod. `woken`: the answers have arrived. `unknown`: there is no such call. `lost`:
   * the pod of the call leaves. `message`: `data` goes to the client. `answer`: `data` is the answer, with this HTTP status.
   */
  | {
      readonly type: 'parked-event';
      readonly wait: string;
      readonly what: 'woken' | 'unknown' | 'lost' | 'message' | 'answer';
      readonly status?: number;
      readonly data?: string;
    }
  /** The client of `wait` has gone, so the call that the receiving pod runs for it ends. */
  | { readonly type: 'parked-left'; readonly wait: string }
  /** A call that is parked on the receiving pod gets no answers: abort its handler. */
  | { readonly type: 'parked-dropped'; readonly call: string }
  /** A pod's mail to itself, by which it knows how long mail takes. */
  | { readonly type: 'probe'; readonly number: number }
  /** A newer connection follows the exchange elsewhere: end this one. */
  | { readonly type: 'follower-replaced'; readonly connection: string }
  /** A newer standing connection was opened elsewhere: end this one. */
  | {
      readonly type: 'standing-replaced';
      readonly session: string;
      readonly connection: string;
      /** How long the client must wait before it connects again, in ms. Older builds do not send it. */
      readonly retryMs?: number;
    };

/** Messages about parked calls. */
export type ParkedMail = Extract<InboxMessage, { readonly type: `parked-${string}` }>;

/** A running subscription. */
export interface Listening {
  stop(): Promise<void>;
}

/** Messages between pods: durable, in order per sender, one blocking connection per pod. */
export interface Inbox {
  send(pod: string, message: InboxMessage): Promise<void>;
  /**
   * Delivers what is sent to `pod` from now on. Calls `onGap` when messages may have been missed: the connection was lost for longer than the inbox
   * keeps messages, or the inbox is gone. Then the pod must not trust its caches. Resolves when it listens.
   */
  listen(pod: string, onMessage: (message: InboxMessage) => void, onGap: () => void): Promise<Listening>;
}
