import type { CallName } from './call-context.ts';
import { findJsonFault } from './json-fault.ts';
import {
  ENCODED,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from './json-rpc.ts';
import { RPC, rpcError } from './rpc-error.ts';

/** A server said what JSON cannot hold. `message` says what it was and where, for the author of the server. */
export class UnwritableError extends Error {
  constructor(what: string, fault: string) {
    super(`${what} cannot be written as JSON: ${fault}.`);
    this.name = 'UnwritableError';
  }
}

/**
 * The JSON of a request or notification of the server. Throws `UnwritableError`, which belongs to the handler that sends the message.
 */
export function writeMessage(message: JsonRpcRequest | JsonRpcNotification): string {
  try {
    return JSON.stringify(message);
  } catch {
    const fault = findJsonFault(message);
    throw new UnwritableError(
      'id' in message ? `The request ${message.method}` : `The notification ${message.method}`,
      fault,
    );
  }
}

/**
 * A server's response with its JSON, which is written here and nowhere else: what comes later cannot fail for what a server said. Throws
 * `UnwritableError`; `call` is what it answers, where that is known.
 */
export function writeResponse(response: JsonRpcResponse, call: CallName | undefined): JsonRpcResponse {
  if (response[ENCODED] !== undefined) return response;
  const { id, result, error } = response;
  if (error === undefined) {
    return { jsonrpc: '2.0', id, result: result as never, [ENCODED]: `"result":${write(result, 'result', call)}` };
  }
  const said = typeof error.message === 'string' ? error : { ...error, message: failedSilently(call) };
  return { jsonrpc: '2.0', id, error: said, [ENCODED]: `"error":${write(said, 'error', call)}` };
}

/** What the client is told in the place of a response that cannot be written. */
export function unwritableResponse(id: RequestId | null, { message }: UnwritableError): JsonRpcResponse {
  return rpcError(id, RPC.internal, message, { reason: 'unwritable' });
}

const OPENING_BRACE = 123;

/** The JSON of an object; JSON.stringify gives other values, or nothing, for what is none. */
function write(value: unknown, part: 'result' | 'error', call: CallName | undefined): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    throw new UnwritableError(subjectOf(part, call), findJsonFault(value));
  }
  if (text?.charCodeAt(0) === OPENING_BRACE) return text;
  throw new UnwritableError(subjectOf(part, call), 'it is not an object');
}

function subjectOf(part: 'result' | 'error', call: CallName | undefined): string {
  return call === undefined ? `The ${part}` : `The ${part} of ${nameOf(call)}`;
}

/** What a client is told where a handler has thrown what nothing can be read of. */
export function failedSilently(call: CallName | undefined): string {
  const whose = call === undefined ? '' : ` of ${nameOf(call)}`;
  return `The handler${whose} threw something without a message.`;
}

/** What a request asks for, as a sentence names it. */
function nameOf({ method, name }: CallName): string {
  if (method === 'tools/call') return `tool ${JSON.stringify(name)}`;
  if (method === 'prompts/get') return `prompt ${JSON.stringify(name)}`;
  if (method === 'resources/read') return `resource ${name}`;
  return method;
}
