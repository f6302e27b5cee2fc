/** A JSON-RPC request id (JSON-RPC 2.0 §4; MCP forbids null). */
export type RequestId = string | number;

/** A JSON-RPC request: it expects one response. */
export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** A JSON-RPC notification: it expects nothing. */
export interface JsonRpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** The error member of a failed response. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A JSON-RPC response: either `result` or `error`. `id` is null where the request's id could not be read. */
export interface JsonRpcResponse {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly result?: Record<string, unknown>;
  readonly error?: JsonRpcError;
}

/** Where a result that is sent again and again keeps its JSON; nothing is copied with it. */
export const ENCODED: unique symbol = Symbol('encoded');

/** The JSON of a response. */
export function encodeResponse(response: JsonRpcResponse): string {
  const encoded = (response.result as { readonly [ENCODED]?: string } | undefined)?.[ENCODED];
  if (encoded === undefined) return JSON.stringify(response);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(response.id)},"result":${encoded}}`;
}

/** Any message that travels in either direction. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message;
}

export function isResponse(message: JsonRpcMessage): message is JsonRpcResponse {
  return !('method' in message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longer ids are refused: they travel in event ids and are kept with the exchange. */
const MAX_ID_LENGTH = 256;

/** Whether a value is a request id that we take: an integer or a string of 256 characters at most. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value);
}

/**
 * Tells whether a parsed JSON value is one well-formed JSON-RPC 2.0 message of MCP: ids are integers or strings of
 * 256 characters at most, params an object. It looks at the frame only; methods and params are the SDK's to judge.
 */
export function isJsonRpcMessage(value: unknown): value is JsonRpcMessage {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return false;
  if ('method' in value) {
    if (typeof value['method'] !== 'string') return false;
    if ('id' in value && !isRequestId(value['id'])) return false;
    return value['params'] === undefined || isObject(value['params']);
  }
  if (!isRequestId(value['id'])) return false;
  return 'error' in value ? isObject(value['error']) : isObject(value['result']);
}
