import {
  isRequest,
  isRequestId,
  isResponse,
  type JsonRpcMessage,
  type RequestId,
  readMessage,
} from '../core/json-rpc.ts';
import { metaFault } from '../core/meta.ts';
import { allowsBatches } from '../core/protocol-version.ts';
import { RPC } from '../core/rpc-error.ts';
import { Refusal } from './refusal.ts';

const MAX_BATCH = 100;

function badMessage(body: unknown): Refusal {
  const id = idOf(body);
  if (Array.isArray((body as { readonly params?: unknown } | null)?.params)) {
    return new Refusal(400, RPC.invalidParams, 'params must be an object: MCP names its params.', {}, id);
  }
  const message = 'Not a JSON-RPC 2.0 message. Send one object with jsonrpc "2.0" and a method, result or error.';
  return new Refusal(400, RPC.invalidRequest, message, {}, id);
}

/**
 * One message of a session. Throws `Refusal` 400 for what is none, and for what the SDKs would drop; but for a request, which gets its answer where
 * it is to run.
 */
export function parseMessage(body: unknown): JsonRpcMessage {
  const message = readMessage(body);
  if (message === undefined) throw badMessage(body);
  if (isRequest(message)) return message;
  const fault = metaFault(message);
  if (fault === undefined) return message;
  throw new Refusal(400, isResponse(message) ? RPC.invalidRequest : RPC.invalidParams, fault);
}

/**
 * The message of a 2026 body, whose SDK answers what is wrong with it, but not all by the code that says what; where that finds no frame, as it is.
 * Throws `Refusal` 400.
 */
export function parseModern(body: unknown): unknown {
  const message = readMessage(body);
  if (message === undefined) return body;
  const fault = metaFault(message);
  if (fault !== undefined) throw new Refusal(400, RPC.invalidParams, fault, {}, idOf(body));
  return message;
}

/** The messages of a batch in a session; batches exist only where the session's revision has them. */
export function parseBatch(body: unknown, protocolVersion: string): JsonRpcMessage[] {
  if (!Array.isArray(body)) throw badMessage(body);
  if (!allowsBatches(protocolVersion)) {
    throw new Refusal(
      400,
      RPC.invalidRequest,
      `JSON-RPC batches do not exist in ${protocolVersion}. Send one message per POST.`,
    );
  }
  if (body.length === 0 || body.length > MAX_BATCH) {
    throw new Refusal(400, RPC.invalidRequest, `A batch holds 1 to ${MAX_BATCH} messages.`);
  }
  return body.map((one) => {
    const message = parseMessage(one);
    if (isRequest(message) && message.method === 'initialize') {
      throw new Refusal(400, RPC.invalidRequest, 'initialize must be alone in its POST.');
    }
    return message;
  });
}

/** What a body asks for: a method, as the client names it, `batch`, or `answer` for what has no method. */
export function methodOf(body: unknown): string {
  if (Array.isArray(body)) return 'batch';
  const method = (body as { readonly method?: unknown } | null)?.method;
  return typeof method === 'string' ? method : 'answer';
}

/** The id to answer a refused body under, also where the rest of it is broken; null where it asks for no answer. */
export function idOf(body: unknown): RequestId | null {
  if (typeof body !== 'object' || body === null || !('method' in body)) return null;
  const { id } = body as { readonly id?: unknown };
  return isRequestId(id) ? id : null;
}
