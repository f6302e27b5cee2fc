import { type Protocol, protocolOf } from './protocol.ts';

type Handler = (...args: unknown[]) => unknown;

/**
 * Whether requests of this method find a handler in the server. Both SDKs set one for `logging/setLevel` where the server declares `logging`;
 * none sets one for `resources/subscribe` and `unsubscribe`.
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

/** Keeps no level. */
class NoLevels extends Map<unknown, unknown> {
  override set(): this {
    return this;
  }
}

/**
 * Keeps the SDK from filtering log messages by the level that this one server was told: the pods filter them by the session's level. The member is
 * private to the SDK; where it is not there, both filter, and servers are told of each new level.
 */
export function leaveLogLevelsToPods(server: object): void {
  const protocol = protocolOf(server);
  if (protocol._loggingLevels instanceof Map) protocol._loggingLevels = new NoLevels();
}

/**
 * Hands a notification in by `hand`, and resolves when the server's handler for it is done; never rejects. The SDKs look the handler up at once and
 * call it in the same turn, so it is watched for that moment. The map of handlers is private to them; where it is not there, one turn is waited for.
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

/** Puts another handler in the place of the one that a notification would find, until the function that it returns is called. */
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
