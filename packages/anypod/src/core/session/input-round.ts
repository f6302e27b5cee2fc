import type { JsonRpcMessage, JsonRpcRequest } from '../json/json-rpc.ts';

/** The `_meta` key by which a question tells to which round of its request it belongs. The log of an exchange has it, so it outlives its pod. */
const ROUND_META_KEY = 'anypod/round';

/** Where a question belongs that a handler has asked by ending with `input_required`. */
export interface RoundMark {
  /** Counts the rounds of the request. */
  readonly round: number;
  /** The handler's name for the question. */
  readonly key: string;
  /** What the handler wants back. */
  readonly state?: unknown;
}

/** The question with its mark. */
export function markRound<R extends JsonRpcRequest>(question: R, mark: RoundMark): R {
  const meta = question.params?.['_meta'] as object | undefined;
  return { ...question, params: { ...question.params, _meta: { ...meta, [ROUND_META_KEY]: mark } } };
}

/** A question of a round that has not ended. */
export interface RoundQuestion {
  readonly id: string;
  readonly key: string;
}

/** The last round of a request. */
export interface InputRound {
  readonly state: unknown;
  readonly questions: readonly RoundQuestion[];
}

/** The last round among the messages of an exchange with one request. Undefined: its handler has not asked by ending. */
export function lastRoundOf(messages: readonly JsonRpcMessage[]): InputRound | undefined {
  const marked = messages.flatMap((message) => {
    const mark = 'method' in message ? markOf(message as JsonRpcRequest) : undefined;
    return mark === undefined ? [] : [{ id: String((message as JsonRpcRequest).id), ...mark }];
  });
  const last = marked.at(-1);
  if (last === undefined) return undefined;
  return { state: last.state, questions: marked.filter(({ round }) => round === last.round) };
}

function markOf({ params }: JsonRpcRequest): RoundMark | undefined {
  return (params?.['_meta'] as Record<string, RoundMark | undefined> | undefined)?.[ROUND_META_KEY];
}
