import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { protocolOf } from './protocol.ts';

/** Hands a server a message of a known kind. */
export interface MessageEntry {
  request(request: JsonRpcRequest, extra: unknown): void;
  notification(notification: JsonRpcNotification, extra: unknown): void;
  /** Hands over the answer to a question of the server. */
  answer(response: JsonRpcResponse): void;
  /** Aborts the handler of a request. Does nothing if the SDK keeps the abort controllers elsewhere. */
  abort(id: RequestId, reason: string | undefined): void;
}

const TASK_META_KEY = 'io.modelcontextprotocol/related-task';

/**
 * The SDK's own functions for a message of a known kind. The SDK's `onmessage` finds the kind out: it first parses the message with the schemas of
 * results and errors. Each failed parse leaves a closure that keeps the message until the next full garbage collection. That is two thirds of the cost
 * of a call to a long-lived server. anypod has already checked its messages, so it knows their kind.
 *
 * The names are private to the SDK. Undefined: this SDK does not have them, and messages must go through `onmessage`.
 */
export function messageEntryOf(server: object): MessageEntry | undefined {
  const protocol = protocolOf(server);
  const { _onrequest, _onnotification, _onresponse } = protocol;
  if (typeof _onrequest !== 'function' || typeof _onnotification !== 'function') return undefined;
  if (typeof _onresponse !== 'function') return undefined;
  return {
    request: _onrequest.bind(protocol),
    notification: _onnotification.bind(protocol),
    answer: _onresponse.bind(protocol),
    abort: (id, reason) => protocol._requestHandlerAbortControllers?.get(id)?.abort(reason),
  };
}

/** Whether the SDK's schemas surely accept a well-formed JSON-RPC message. False: the SDK itself must check it. */
export function isPlainMessage({ params }: JsonRpcRequest | JsonRpcNotification): boolean {
  const meta = params?.['_meta'];
  if (meta === undefined) return true;
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return false;
  const { progressToken } = meta as { progressToken?: unknown };
  const isToken =
    progressToken === undefined || typeof progressToken === 'string' || Number.isSafeInteger(progressToken);
  return isToken && !(TASK_META_KEY in meta);
}
