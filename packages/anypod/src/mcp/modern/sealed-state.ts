import { type Caller, principalOf } from '../../core/caller.ts';
import { encodeResponse, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json-rpc.ts';
import type { OpenedState, RequestState } from '../../core/request-state.ts';
import { RPC, rpcError } from '../../core/rpc-error.ts';
import { ONCE } from '../retry/tool-policies.ts';

/** What a sealed state is bound to: who, and which request. Anonymous callers share a binding; the state is all they hold. */
export function bindingOf({ method, params }: JsonRpcRequest, caller: Caller): string {
  return JSON.stringify([principalOf(caller.authInfo) ?? '', method, params?.['name'] ?? params?.['uri'] ?? '']);
}

/** Seals the state of an `input_required` result; for one use where `once`, or where the result itself asks for it. */
export function sealOutbound(
  message: JsonRpcResponse,
  requestState: RequestState,
  binding: string,
  once: boolean,
): JsonRpcResponse {
  if (message.result?.['resultType'] !== 'input_required') return message;
  // Read from its JSON, which is what the client would get.
  const { id, result = {} } = JSON.parse(encodeResponse(message)) as JsonRpcResponse;
  const { requestState: state, _meta } = result;
  if (typeof state !== 'string') return message;
  const single = once || (_meta as Record<string, unknown> | undefined)?.[ONCE] === true;
  return { jsonrpc: '2.0', id, result: { ...result, requestState: requestState.seal(state, binding, single) } };
}

/** A request with its echoed state opened. */
export interface OpenedRequest {
  readonly body: JsonRpcRequest;
  readonly once?: OpenedState['once'];
}

/** Undefined where the state is not one that we sealed for this caller and request. */
export function openInbound(
  body: JsonRpcRequest,
  requestState: RequestState,
  binding: string,
): OpenedRequest | undefined {
  const sealed = body.params?.['requestState'];
  if (typeof sealed !== 'string') return { body };
  const opened = requestState.open(sealed, binding);
  if (opened === undefined) return undefined;
  const params = { ...body.params, requestState: opened.state };
  return { body: { ...body, params }, once: opened.once };
}

/** Answers as the SDK does for a state that its own hook refuses: in band, with a message that says nothing of the reason. */
export function refusedState({ id }: JsonRpcRequest): JsonRpcResponse {
  const data = { reason: 'invalid_request_state' };
  return rpcError(id ?? null, RPC.invalidParams, 'Invalid or expired requestState', data);
}
