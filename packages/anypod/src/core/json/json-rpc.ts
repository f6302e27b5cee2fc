/** A JSON-RPC request id (JSON-RPC 2.0 §4; MCP forbids null). */
export type RequestId = string | number;

/** A JSON-RPC request: it expects one response. */
export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** A JSON-RPC notification: it gets no response. */
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

/** The key under which a response carries the JSON of its content, `"result":{…}` or `"error":{…}`. The id is added when the response is sent. */
export const ENCODED: unique symbol = Symbol('encoded');

/** A JSON-RPC response: either `result` or `error`. `id` is null where the request's id could not be read. */
export interface JsonRpcResponse {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly result?: Record<string, unknown>;
  readonly error?: JsonRpcError;
  readonly [ENCODED]?: string;
}

/** What went wrong, for metrics and traces: the code of an error, or `tool_error` for a result that says `isError`. Undefined: nothing. */
export function faultOf({ error, result }: JsonRpcResponse): string | undefined {
  if (error !== undefined) return String(error.code);
  return result?.['isError'] === true ? 'tool_error' : undefined;
}

/** The JSON of a response. Uses the content's JSON if the response already carries it. */
export function encodeResponse(response: JsonRpcResponse): string {
  const encoded = response[ENCODED];
  if (encoded === undefined) return JSON.stringify(response);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(response.id)},${encoded}}`;
}

/** Any message that travels in either direction. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message;
}

/** Whether a message is a notification. */
export function isNotification(message: JsonRpcMessage): message is JsonRpcNotification {
  return 'method' in message && !('id' in message);
}

export function isResponse(message: JsonRpcMessage): message is JsonRpcResponse {
  return !('method' in message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longer ids are refused: they travel in event ids and are kept with the exchange. */
const MAX_ID_LENGTH = 256;

/** Whether anypod accepts a value as a request id: an integer, or a string of at most 256 characters. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value);
}

/** Some clients write `null` or an empty list when they have no params. */
function saysNothing(params: unknown): boolean {
  return params === undefined || params === null || (Array.isArray(params) && params.length === 0);
}

/**
 * Reads a parsed JSON value as one well-formed JSON-RPC 2.0 message of MCP. Ids are integers or strings of at most 256 characters; params are an
 * object or absent. Leaves out members that JSON-RPC does not define, since the SDKs drop messages that have them. Checks only the frame: the SDK
 * checks methods and params. Undefined: the value is no such message.
 */
export function readMessage(value: unknown): JsonRpcMessage | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  return 'method' in value ? readCall(value) : readResponse(value);
}

function readCall(value: Record<string, unknown>): JsonRpcRequest | JsonRpcNotification | undefined {
  const { id, method, params } = value;
  if (typeof method !== 'string' || ('id' in value && !isRequestId(id))) return undefined;
  if (!isObject(params) && !saysNothing(params)) return undefined;
  const head =
    'id' in value ? { jsonrpc: '2.0' as const, id: id as RequestId, method } : { jsonrpc: '2.0' as const, method };
  return isObject(params) ? { ...head, params } : head;
}

function readResponse({ id, result, error }: Record<string, unknown>): JsonRpcResponse | undefined {
  if (!isRequestId(id)) return undefined;
  if (error === undefined) return isObject(result) ? { jsonrpc: '2.0', id, result } : undefined;
  if (result !== undefined || !isObject(error)) return undefined;
  const { code, message } = error;
  if (!Number.isSafeInteger(code) || typeof message !== 'string') return undefined;
  return { jsonrpc: '2.0', id, error: error as unknown as JsonRpcError };
}
