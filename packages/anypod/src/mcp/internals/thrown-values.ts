import { callNameOf } from '../../core/call-context.ts';
import { describeThrown } from '../../core/describe-thrown.ts';
import type { JsonRpcRequest } from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import { threwText } from '../../core/written.ts';
import { protocolOf } from './protocol.ts';

type Handler = (message: unknown, context: unknown) => unknown;

/** Returns what is thrown instead of `thrown`. */
type Replace = (thrown: unknown, message: unknown) => unknown;

/** Where a guarded handler keeps the server's own. */
const OWN = Symbol.for('anypod.own-handler');

interface Guarded extends Handler {
  readonly [OWN]?: unknown;
}

/** The SDK's map of handlers (v1 and v2). It guards each handler that is set. */
class GuardedHandlers extends Map<string, Handler> {
  readonly #replace: Replace;

  constructor(handlers: ReadonlyMap<string, Handler>, replace: Replace) {
    super();
    this.#replace = replace;
    for (const [method, handler] of handlers) this.set(method, handler);
  }

  override set(method: string, handler: Handler): this {
    return super.set(method, guarded(handler, this.#replace));
  }
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
  protocol._requestHandlers = guardedMap(protocol._requestHandlers, readableToClient);
  protocol._notificationHandlers = guardedMap(protocol._notificationHandlers, readable);
  const { fallbackRequestHandler: fallback } = protocol;
  if (typeof fallback === 'function') protocol.fallbackRequestHandler = guarded(fallback as Handler, readableToClient);
  const tell = protocol._onerror;
  if (tell === undefined || Object.hasOwn(protocol, '_onerror')) return;
  protocol._onerror = (error) => {
    try {
      tell.call(protocol, error);
    } catch (err) {
      log.warn({ err }, "a server's onerror failed");
    }
  };
}

function guardedMap<T>(handlers: T, replace: Replace): T {
  if (!(handlers instanceof Map) || handlers instanceof GuardedHandlers) return handlers;
  return new GuardedHandlers(handlers as ReadonlyMap<string, Handler>, replace) as T;
}

function guarded(handler: Handler, replace: Replace): Handler {
  if (OWN in handler) return handler;
  const guard: Handler = async (message, context) => {
    try {
      return await handler(message, context);
    } catch (thrown) {
      throw replace(thrown, message);
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
