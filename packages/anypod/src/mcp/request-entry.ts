import type { JsonRpcRequest } from '../core/json-rpc.ts';
import type { UserServer } from './user-server.ts';

/** Hands a request to a server. */
export type RequestEntry = (request: JsonRpcRequest, extra: unknown) => void;

/** The SDK's protocol object, v1 and v2: `McpServer` has one, `Server` is one. */
interface Protocol {
  _onrequest?: unknown;
}

const TASK_META_KEY = 'io.modelcontextprotocol/related-task';

/**
 * Where the SDK itself goes with a message once it knows that it is a request. Its `onmessage` finds that out by parsing the message against the
 * schemas of results and errors first, and each parse that fails leaves a closure that keeps the message until the next full garbage collection: two thirds of
 * what a call of a long-lived server costs. Messages come to us checked, so nothing is left to find out.
 *
 * The name is private to the SDK. Undefined where it is not there: requests then go through `onmessage`.
 */
export function requestEntryOf(server: UserServer): RequestEntry | undefined {
  const protocol = ((server as { server?: Protocol }).server ?? server) as Protocol;
  return typeof protocol._onrequest === 'function' ? protocol._onrequest.bind(protocol) : undefined;
}

/** Whether a well-formed JSON-RPC request is also what the SDK's schema takes for one; what is in doubt is the SDK's to judge. */
export function isPlainRequest({ params }: JsonRpcRequest): boolean {
  const meta = params?.['_meta'];
  if (meta === undefined) return true;
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return false;
  const { progressToken } = meta as { progressToken?: unknown };
  const isToken =
    progressToken === undefined || typeof progressToken === 'string' || Number.isSafeInteger(progressToken);
  return isToken && !(TASK_META_KEY in meta);
}
