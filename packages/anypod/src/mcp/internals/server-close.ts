import { type Protocol, protocolOf } from './protocol.ts';

/** What the SDK settles, aborts or clears when a transport closes. */
const PENDING = [
  '_responseHandlers',
  '_progressHandlers',
  '_pendingDebouncedNotifications',
  '_timeoutInfo',
  '_requestHandlerAbortControllers',
] as const;

/**
 * Tells a server that its transport has closed, for which `close` is the SDK's own way. The SDK makes an error each time, for whatever may wait, and the
 * error with its stack costs more than the rest of the close. So this makes none if nothing waits, and one without a stack if no code of the server's
 * could see it.
 */
export function closeServer(server: object, close: () => void): void {
  const protocol = protocolOf(server);
  if (protocol.onclose !== undefined) close();
  else if (!closeIdle(protocol)) withoutStack(close);
}

/**
 * Does what the SDK does when the transport of a server closes, if that is only to forget the transport, because no request runs in either
 * direction. Otherwise false, and nothing has happened. The members are private to the SDK. If one is missing, this is false.
 */
function closeIdle(protocol: Protocol): boolean {
  if (!closesAsSdk(protocol)) return false;
  for (const name of PENDING) {
    if (protocol[name]?.size !== 0) return false;
  }
  protocol._transport = undefined;
  return protocol.transport === undefined;
}

/** Whether no subclass or instance has its own `_onclose`, which the SDK would call. */
function closesAsSdk(protocol: Protocol): boolean {
  const base: unknown = Reflect.get(sdkPrototypeOf(protocol) ?? {}, '_onclose');
  return base !== undefined && protocol._onclose === base;
}

/** The prototype of the SDK's `Protocol`: the last one of the chain that is not the one of all objects. */
function sdkPrototypeOf(protocol: object): object | null {
  let last: object | null = null;
  for (let next = Reflect.getPrototypeOf(protocol); next !== null && next !== Object.prototype; ) {
    last = next;
    next = Reflect.getPrototypeOf(next);
  }
  return last;
}

function withoutStack(work: () => void): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
