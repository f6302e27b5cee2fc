import type { JsonRpcNotification, JsonRpcRequest, RequestId } from '../../core/json-rpc.ts';
import { protocolOf } from './protocol.ts';

/** Hands a server what is known to be a request, or a notification. */
export interface MessageEntry {
  request(request: JsonRpcRequest, extra: unknown): void;
  notification(notification: JsonRpcNotification, extra: unknown): void;
  /** Aborts the handler of a request; does nothing where the SDK keeps what it takes elsewhere. */
  abort(id: RequestId, reason: string | undefined): void;
}

const TASK_META_KEY = 'io.modelcontextprotocol/related-task';

/**
 * Where the SDK itself goes with a message once it knows what it is. Its `onmessage` finds that out by parsing the message against the schemas of
 * results and errors first, and each parse that fails leaves a closure that keeps the message until the next full garbage collection: two thirds of what a call
 * of a long-lived server costs. Messages come to us checked, so nothing is left to find out.
 *
 * The names are private to the SDK. Undefined where they are not there: messages then go through `onmessage`.
 */
export function messageEntryOf(server: object): MessageEntry | undefined {
  const protocol = protocolOf(server);
  const { _onrequest, _onnotification } = protocol;
  if (typeof _onrequest !== 'function' || typeof _onnotification !== 'function') return undefined;
  return {
    request: _onrequest.bind(protocol),
    notification: _onnotification.bind(protocol),
    abort: (id, reason) => protocol._requestHandlerAbortControllers?.get(id)?.abort(reason),
  };
}

/** Whether a well-formed JSON-RPC message is also what the SDK's schemas take for one; what is in doubt is the SDK's to judge. */
export function isPlainMessage({ params }: JsonRpcRequest | JsonRpcNotification): boolean {
  const meta = params?.['_meta'];
  if (meta === undefined) return true;
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return false;
  const { progressToken } = meta as { progressToken?: unknown };
  const isToken =
    progressToken === undefined || typeof progressToken === 'string' || Number.isSafeInteger(progressToken);
  return isToken && !(TASK_META_KEY in meta);
}
