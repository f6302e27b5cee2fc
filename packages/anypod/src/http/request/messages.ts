import {
  isRequest,
  isRequestId,
  isResponse,
  type JsonRpcMessage,
  type RequestId,
  readMessage,
} from '../../core/json/json-rpc.ts';
import { metaFault } from '../../core/json/meta.ts';
import { RPC } from '../../core/json/rpc-error.ts';
import { allowsBatches } from '../../core/session/protocol-version.ts';
import { Refusal } from '../reply/refusal.ts';

function badMessage(body: unknown): Refusal {
  const id = idOf(body);
  if (Array.isArray((body as { readonly params?: unknown } | null)?.params)) {
    return new Refusal(400, RPC.invalidParams, 'params must be an object: MCP names its params.', {}, id);
  }
  const message = 'Not a JSON-RPC 2.0 message. Send one object with jsonrpc "2.0" and a method, result or error.';
  return new Refusal(400, RPC.invalidRequest, message, {}, id);
}

/**
 * Reads one message of a session. Throws `Refusal` 400 for a body that is no message, and for a notification or response that the SDKs would drop. A
 * request that they would drop is answered later, where it would run.
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
 * Reads the message in a 2026 body. Throws `Refusal` 400 for a wrong `_meta`, for which the SDK does not always answer with the right code. The SDK
 * answers for any other fault: a body that is no message is returned unchanged.
 */
export function parseModern(body: unknown): unknown {
  const message = readMessage(body);
  if (message === undefined) return body;
  const fault = metaFault(message);
  if (fault !== undefined) throw new Refusal(400, RPC.invalidParams, fault, {}, idOf(body));
  return message;
}

/** Reads the messages of a batch in a session. Throws `Refusal` 400 if the session's revision has no batches. */
export function parseBatch(body: unknown, protocolVersion: string): JsonRpcMessage[] {
  if (!Array.isArray(body)) throw badMessage(body);
  if (!allowsBatches(protocolVersion)) {
    throw new Refusal(
      400,
      RPC.invalidRequest,
      `JSON-RPC batches do not exist in ${protocolVersion}. Send one message per POST.`,
    );
  }
  if (body.length === 0) throw new Refusal(400, RPC.invalidRequest, 'A batch holds at least one message.');
  return body.map((one) => {
    const message = parseMessage(one);
    if (isRequest(message) && message.method === 'initialize') {
      throw new Refusal(400, RPC.invalidRequest, 'initialize must be alone in its POST.');
    }
    return message;
  });
}

/** The method in a body, as the client sent it; `batch` for a batch; `answer` for a message without a method. */
export function methodOf(body: unknown): string {
  if (Array.isArray(body)) return 'batch';
  const method = (body as { readonly method?: unknown } | null)?.method;
  return typeof method === 'string' ? method : 'answer';
}

/** The id for the answer to a refused body, even if the rest of the body is broken. Null: the body expects no answer. */
export function idOf(body: unknown): RequestId | null {
  if (typeof body !== 'object' || body === null || !('method' in body)) return null;
  const { id } = body as { readonly id?: unknown };
  return isRequestId(id) ? id : null;
}
