import { callNameOf } from '../../core/call-context.ts';
import { describeThrown } from '../../core/json/describe-thrown.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { threwText } from '../../core/json/written.ts';
import type { Log } from '../../core/log.ts';
import { isThenable } from '../../core/thenable.ts';
import { protocolOf } from './protocol.ts';

type Handler = (message: unknown, context: unknown) => unknown;

/** Returns what is thrown instead of `thrown`. */
type Replace = (thrown: unknown, message: unknown) => unknown;

/** Where a guarded handler keeps the server's own. */
const OWN = Symbol.for('anypod.own-handler');

interface Guarded extends Handler {
  readonly [OWN]?: unknown;
}

/** The server's own handler. */
export function ownHandler(handler: unknown): unknown {
  return (handler as Guarded | undefined)?.[OWN] ?? handler;
}

/**
 * Makes the SDK see only thrown values that it can read. Handlers can throw anything, even an object whose getters throw. The SDK reads what a handler has
 * thrown, and writes a failure to do so into a text. If that fails too, its promise rejects, and nobody handles this. The same happens if the server's
 * `onerror` throws. The members are private to the SDK. If one is missing, such a rejection counts as one of the server's code.
 */
export function keepThrownReadable(server: object, log: Log): void {
  const protocol = protocolOf(server);
  guardMap(protocol._requestHandlers, readableToClient);
  guardMap(protocol._notificationHandlers, readable);
  const { fallbackRequestHandler: fallback } = protocol;
  if (typeof fallback === 'function') protocol.fallbackRequestHandler = guarded(fallback as Handler, readableToClient);
  const tell = protocol._onerror;
  if (tell === undefined || Object.hasOwn(protocol, '_onerror')) return;
  // A function that is written where it is assigned would be old from the beginning, and keep the server (`young-garbage.test.ts`).
  const guardedTell = (error: unknown) => {
    try {
      tell.call(protocol, error);
    } catch (err) {
      log.warn({ err }, "a server's onerror failed");
    }
  };
  protocol._onerror = guardedTell;
}

/** Guards each handler when the SDK asks for it, because a server serves few requests, often one, and has many handlers. */
function guardMap(handlers: unknown, replace: Replace): void {
  if (!(handlers instanceof Map) || Object.hasOwn(handlers, 'get')) return;
  // A server that serves many requests is mostly asked for the same handler.
  let last: Guarded | undefined;
  const get = (method: unknown) => {
    const handler: unknown = Map.prototype.get.call(handlers, method);
    if (typeof handler !== 'function') return handler;
    if (last?.[OWN] !== handler) last = guarded(handler as Handler, replace);
    return last;
  };
  Object.defineProperty(handlers, 'get', { value: get, configurable: true });
}

function guarded(handler: Handler, replace: Replace): Guarded {
  if (OWN in handler) return handler;
  const guard: Handler = (message, context) => {
    const fail = (thrown: unknown) => {
      throw replace(thrown, message);
    };
    try {
      const result = handler(message, context);
      return isThenable(result) ? result.then(undefined, fail) : result;
    } catch (thrown) {
      return fail(thrown);
    }
  };
  return Object.assign(guard, { [OWN]: handler });
}

function isReadable(thrown: unknown): boolean {
  try {
    const { code, message, data } = Object(thrown) as Record<string, unknown>;
    return [`${thrown}`, code, message, data].length > 0;
  } catch {
    return false;
  }
}

function readable(thrown: unknown): unknown {
  return isReadable(thrown) ? thrown : new Error(describeThrown(thrown));
}

/** From `undefined` the SDK makes no response, and says so in a text that it can write. anypod then answers the request. */
function readableToClient(thrown: unknown, request: unknown): unknown {
  if (typeof thrown === 'string') return new Error(threwText(callNameOf(request as JsonRpcRequest), thrown));
  return isReadable(thrown) ? thrown : undefined;
}
