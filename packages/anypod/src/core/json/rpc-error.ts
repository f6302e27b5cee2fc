import type { JsonRpcError, JsonRpcResponse, RequestId } from './json-rpc.ts';

/** JSON-RPC 2.0 §5.1 and MCP. */
export const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** The transport's own refusals, as the official SDK numbers them. */
  refused: -32000,
  sessionNotFound: -32001,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/** A JSON-RPC error response; `id` null where the request's id is unknown. */
export function rpcError(id: RequestId | null, code: number, message: string, data?: unknown): JsonRpcResponse {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

/** The HTTP status for a client that has gone, as nginx logs it. Nobody reads it. */
export const CLIENT_GONE = 499;

/** The error for a call that took longer than the operator allows. */
export function callTimedOut(id: RequestId | null, afterMs: number): JsonRpcResponse {
  const message = `The call did not end within ${afterMs} ms and was stopped. Call again if the call is safe to repeat.`;
  return rpcError(id, RPC.internal, message, { reason: 'timeout' });
}

/** The error for a call whose server has closed itself. */
export function serverClosed(id: RequestId | null): JsonRpcResponse {
  const message = 'The server closed before it answered this call.';
  return rpcError(id, RPC.internal, message, { reason: 'server_closed' });
}

/** The error for a call that needs something which its client does not declare (MCP 2026-07-28, MissingRequiredClientCapability). */
export function missingCapability(what: string, requiredCapabilities: object): JsonRpcError {
  const message = `This call must ${what}, and the client does not declare that it can. Declare it in clientCapabilities.`;
  return { code: RPC.missingCapability, message, data: { requiredCapabilities } };
}

/** The error for a call that would have to wait for its client's answers, when too many calls wait already. */
export function tooManyParked(id: RequestId | null): JsonRpcResponse {
  const message = 'Too many calls on this pod wait for answers of their clients. Call again later.';
  return rpcError(id, RPC.internal, message, { reason: 'too_many_parked' });
}

/** The same, when too many calls of the same caller wait already. */
export function tooManyParkedOfCaller(id: RequestId | null): JsonRpcResponse {
  const message = 'Too many of your calls wait for your answers on this pod. Answer or abandon one, then call again.';
  return rpcError(id, RPC.internal, message, { reason: 'parked_limit' });
}

/** The error for a call whose handler waited for answers on a pod that is gone, and that must not run again. */
export function parkedPodLost(id: RequestId | null): JsonRpcResponse {
  const message = 'The pod on which this call waited for answers was lost; whether the call took effect is unknown.';
  return rpcError(id, RPC.internal, message, { reason: 'pod_lost', retry: false });
}
