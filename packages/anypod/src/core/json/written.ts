import type { CallName } from '../call-context.ts';
import { findJsonFault } from './json-fault.ts';
import {
  ENCODED,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from './json-rpc.ts';
import { RPC, rpcError } from './rpc-error.ts';

/** A server sent something that JSON cannot hold. `message` tells the author of the server what it was and where. */
export class UnwritableError extends Error {
  constructor(what: string, fault: string) {
    super(`${what} cannot be written as JSON: ${fault}.`);
    this.name = 'UnwritableError';
  }
}

/** The JSON of a request or notification of the server. Throws `UnwritableError` to the handler that sends the message. */
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
 * A server's response together with its JSON. Only this function writes a response's content as JSON, so no later step can fail because of what a
 * server returned. Throws `UnwritableError`. `call` is the call that the response answers, if known.
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

/** The error that the client gets instead of a response that cannot be written. */
export function unwritableResponse(id: RequestId | null, { message }: UnwritableError): JsonRpcResponse {
  return rpcError(id, RPC.internal, message, { reason: 'unwritable' });
}

const OPENING_BRACE = 123;

/** The JSON of an object. Throws for other values, for which `JSON.stringify` returns other JSON or undefined. */
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

/** The message for the client when a handler has thrown something that has no readable message. */
export function failedSilently(call: CallName | undefined): string {
  const whose = call === undefined ? '' : ` of ${nameOf(call)}`;
  return `The handler${whose} threw something without a message.`;
}

/** The message for the client when a handler has thrown a text instead of an error. */
export function threwText(call: CallName, text: string): string {
  return `The handler of ${nameOf(call)} threw a text: ${text}`;
}

/** Names a call in a sentence. */
function nameOf({ method, name }: CallName): string {
  if (method === 'tools/call') return `tool ${JSON.stringify(name)}`;
  if (method === 'prompts/get') return `prompt ${JSON.stringify(name)}`;
  if (method === 'resources/read') return `resource ${name}`;
  return method;
}
