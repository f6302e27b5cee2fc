import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { answersTo } from './asked-questions.ts';
import type { KnownAnswers, ParkedState } from './parked-state.ts';

/** The request with which a parked call began, made of the client's last request of it. */
export function firstRequestOf(body: JsonRpcRequest, { entry }: ParkedState): JsonRpcRequest {
  const { requestState: _state, inputResponses: _responses, ...params } = body.params ?? {};
  return { ...body, params: { ...params, ...entry } };
}

/** All answers that the client has given to a parked call, with those that it gives now. */
export function answersSoFar({ given, asked }: ParkedState, responses: unknown): KnownAnswers {
  return { ...given, ...answersTo(asked, responses) };
}
