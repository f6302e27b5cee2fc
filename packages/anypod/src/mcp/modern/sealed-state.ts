import type { Caller } from '../../core/caller.ts';
import { encodeResponse, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { bindingOf, type OpenedState, type RequestState } from '../../core/state/request-state.ts';
import { ONCE } from '../retry/tool-policies.ts';

/** Seals the state of an `input_required` result. The state can be used once only, if `once` is set or the result itself asks for it. */
export function sealOutbound(
  message: JsonRpcResponse,
  requestState: RequestState,
  sealing: { readonly binding: () => string; readonly once: boolean } | undefined,
): JsonRpcResponse {
  if (sealing === undefined || message.result?.['resultType'] !== 'input_required') return message;
  const { binding, once } = sealing;
  // The client would get the JSON, so this reads the JSON.
  const { id, result = {} } = JSON.parse(encodeResponse(message)) as JsonRpcResponse;
  const { requestState: state, _meta } = result;
  if (typeof state !== 'string') return message;
  const single = once || (_meta as Record<string, unknown> | undefined)?.[ONCE] === true;
  return { jsonrpc: '2.0', id, result: { ...result, requestState: requestState.seal(state, binding(), single) } };
}

/** A request whose state, which the client sent back, is opened. */
export interface OpenedRequest {
  readonly body: JsonRpcRequest;
  readonly once?: OpenedState['once'];
}

/** Opens the state of a request. Undefined: anypod did not seal this state for this caller and request. */
export function openInbound(
  body: JsonRpcRequest,
  caller: Caller,
  requestState: RequestState,
): OpenedRequest | undefined {
  const sealed = body.params?.['requestState'];
  if (sealed === undefined) return { body };
  if (typeof sealed !== 'string') return undefined;
  const opened = requestState.open(sealed, bindingOf(body, caller));
  if (opened === undefined) return undefined;
  const params = { ...body.params, requestState: opened.state };
  return { body: { ...body, params }, once: opened.once };
}

/** The refusal of a state. As in the SDK, it is a JSON-RPC error whose message does not say the reason. */
export function refusedState({ id }: JsonRpcRequest): JsonRpcResponse {
  const data = { reason: 'invalid_request_state' };
  return rpcError(id ?? null, RPC.invalidParams, 'Invalid or expired requestState', data);
}
