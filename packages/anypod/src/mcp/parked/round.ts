import type { Departure } from '../../core/departure.ts';
import type { JsonRpcNotification, JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import type { AnswerForm } from '../../core/reply.ts';

/** Where a round's messages go: to the client's connection, or to the pod that has it. */
export interface Channel {
  readonly form: AnswerForm;
  /** Sends a message before the answer. Resolves when there is room for more. */
  message(data: string): Promise<void>;
  /** Ends the channel. `data` is the JSON of a response, and `status` its HTTP status if no message went before. `fault`: see `faultOf`. */
  answer(data: string, status: number, isError: boolean, fault?: string): void;
  /** Ends the channel without an answer, because its client has gone. */
  abandon(): void;
  /** Calls `listener` when the client has gone. */
  onGone(listener: () => void): void;
}

/** One request of a client for a call. A call that asks its client has several, the first of which has begun it. */
export interface Round {
  readonly id: RequestId;
  /** The token for progress in this round. Each request of the client has its own. Undefined: the client wants none. */
  readonly progressToken: unknown;
  readonly channel: Channel;
  /** Tells when the client disconnects. */
  readonly departure: Departure;
  /** Gets the response as it goes out, even if the client has disconnected. */
  readonly onResponse?: ((response: JsonRpcResponse) => void) | undefined;
}

/**
 * A handler's message as the client of this round expects it: with the round's own token for progress. `first` is the token with which the call began,
 * and which its handler knows. Undefined: the client wants no progress in this round.
 */
export function heardIn(
  { progressToken }: Round,
  message: JsonRpcNotification,
  first: unknown,
): JsonRpcNotification | undefined {
  const { method, params } = message;
  const isOwn = method === 'notifications/progress' && params?.['progressToken'] === first;
  if (!isOwn || progressToken === first) return message;
  return progressToken === undefined ? undefined : { ...message, params: { ...params, progressToken } };
}
