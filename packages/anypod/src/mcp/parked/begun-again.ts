import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { givenFor } from './asked-questions.ts';
import type { Given, ParkedState } from './parked-state.ts';

/** The request with which a parked call began, made of the client's last request of it. */
export function begunAgain(body: JsonRpcRequest, { entry }: ParkedState): JsonRpcRequest {
  const { requestState: _state, inputResponses: _responses, ...params } = body.params ?? {};
  return { ...body, params: { ...params, ...entry } };
}

/** All answers that the client has given to a parked call, with those that it gives now. */
export function allGiven({ given, asked }: ParkedState, responses: unknown): Given {
  return { ...given, ...givenFor(asked, responses) };
}
