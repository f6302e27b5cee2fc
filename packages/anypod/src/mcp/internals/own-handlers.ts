import { type Protocol, protocolOf } from './protocol.ts';

type Handler = (...args: unknown[]) => unknown;

/**
 * Whether the server has a handler for requests of this method. Both SDKs set one for `logging/setLevel` if the server declares `logging`. Neither
 * sets one for `resources/subscribe` and `unsubscribe`.
 */
export function handlesRequest(server: object, method: string): boolean {
  const protocol = protocolOf(server);
  if (protocol.fallbackRequestHandler !== undefined) return true;
  if (typeof protocol.assertCanSetRequestHandler !== 'function') return false;
  try {
    protocol.assertCanSetRequestHandler(method);
    return false;
  } catch {
    return true;
  }
}

/** A map that stores no level. */
class NoLevels extends Map<unknown, unknown> {
  override set(): this {
    return this;
  }
}

/**
 * Stops the SDK from filtering log messages by the level that this one server was told. The pods filter them by the session's level. The member is
 * private to the SDK. If it is missing, both filter, and the pods tell servers each new level.
 */
export function leaveLogLevelsToPods(server: object): void {
  const protocol = protocolOf(server);
  if (protocol._loggingLevels instanceof Map) protocol._loggingLevels = new NoLevels();
}

/**
 * Calls `hand` to hand in a notification, and resolves when the server's handler for it has ended. Never rejects. The SDKs look the handler up at once
 * and call it in the same turn, so this replaces the handler for that moment. The map of handlers is private to the SDKs. If it is missing, this waits
 * for one turn.
 */
export function untilHandled(server: object, method: string, hand: () => void): Promise<void> {
  const protocol = protocolOf(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  let called = false;
  const watched = (handler: Handler): Handler => {
    return async (...args) => {
      called = true;
      try {
        return await handler.apply(protocol, args);
      } finally {
        resolve();
      }
    };
  };
  const restore = replaceHandler(protocol, method, watched);
  try {
    hand();
  } finally {
    restore();
  }
  setImmediate(() => {
    if (!called) resolve();
  });
  return promise;
}

/** Replaces the handler that a notification would find. The returned function restores it. */
function replaceHandler(protocol: Protocol, method: string, wrap: (handler: Handler) => Handler): () => void {
  const handlers = protocol._notificationHandlers;
  if (!(handlers instanceof Map)) return () => undefined;
  const own = handlers.get(method) as Handler | undefined;
  if (own !== undefined) {
    handlers.set(method, wrap(own));
    return () => handlers.set(method, own);
  }
  const { fallbackNotificationHandler: fallback } = protocol;
  if (fallback === undefined) return () => undefined;
  protocol.fallbackNotificationHandler = wrap(fallback);
  return () => {
    protocol.fallbackNotificationHandler = fallback;
  };
}
