import { isJsonRpcMessage, isRequest, type JsonRpcMessage, type RequestId } from '../core/json-rpc.ts';
import { allowsBatches } from '../core/protocol-version.ts';
import { RPC } from '../core/rpc-error.ts';
import { Refusal } from './refusal.ts';

const MAX_BATCH = 100;

const badMessage = () =>
  new Refusal(
    400,
    RPC.invalidRequest,
    'Not a JSON-RPC 2.0 message. Send one object with jsonrpc "2.0" and a method, result or error.',
  );

/** The one message of a body that is not a batch. */
export function parseMessage(body: unknown): JsonRpcMessage {
  if (!isJsonRpcMessage(body)) throw badMessage();
  return body;
}

/** The messages of a session's POST; batches only where the session's revision has them. */
export function parseMessages(body: unknown, protocolVersion: string): JsonRpcMessage[] {
  if (!Array.isArray(body)) return [parseMessage(body)];
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
  return body.map((message) => {
    if (!isJsonRpcMessage(message)) throw badMessage();
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

/** The id to answer a refused body under; null where it has none. */
export function idOf(body: unknown): RequestId | null {
  return isJsonRpcMessage(body) && isRequest(body) ? body.id : null;
}
