import type { RequestId } from '../../core/json/json-rpc.ts';

/**
 * The protocol object of SDK v1 and v2: `Server` is one, `McpServer` has one in `server`. Its members are private to the SDK, so each may be
 * absent. Only this folder names them. `internals.test.ts` runs it on the oldest and the newest SDK of both generations.
 */
export interface Protocol {
  readonly transport?: unknown;
  readonly onclose?: unknown;
  getClientCapabilities?(): unknown;
  getClientVersion?(): unknown;
  /** Public. Every server of an SDK has it. */
  setRequestHandler?: unknown;
  /** Throws if a handler is set. */
  assertCanSetRequestHandler?(method: string): void;
  fallbackRequestHandler?: unknown;
  fallbackNotificationHandler?: ((...args: unknown[]) => unknown) | undefined;
  readonly _notificationHandlers?: unknown;
  _loggingLevels?: unknown;
  _clientCapabilities?: unknown;
  _clientVersion?: unknown;
  readonly _onrequest?: unknown;
  readonly _onnotification?: unknown;
  readonly _onresponse?: unknown;
  readonly _requestHandlers?: ReadonlyMap<string, unknown>;
  _onerror?(error: unknown): void;
  /** The abort controllers of the running requests, by id. */
  _requestHandlerAbortControllers?: ReadonlyMap<RequestId, AbortController>;
  /** The server's own requests that wait for answers, with what belongs to them, and its notifications that wait for the end of the turn. */
  readonly _responseHandlers?: Sized;
  readonly _progressHandlers?: Sized;
  readonly _timeoutInfo?: Sized;
  readonly _pendingDebouncedNotifications?: Sized;
  readonly _onclose?: unknown;
  _transport?: unknown;
  _negotiatedProtocolVersion?: string;
  /** The rules of the revision that it speaks. */
  _negotiatedWireCodec?: unknown;
  readonly _serverInfo?: unknown;
  readonly _cacheHints?: unknown;
}

/** A `Map` or a `Set`. */
type Sized = { readonly size: number };

/** The protocol object of a user's server. */
export function protocolOf(server: object): Protocol {
  return (server as { readonly server?: Protocol }).server ?? (server as Protocol);
}

/**
 * Removes what a server knows about the client that it served (SDK v2 keeps it on the server). False: something is left, so the server must not
 * serve another client.
 */
export function forgetClient(server: object): boolean {
  const protocol = protocolOf(server);
  protocol._clientCapabilities = undefined;
  protocol._clientVersion = undefined;
  const knowsNobody = protocol.getClientCapabilities?.() === undefined && protocol.getClientVersion?.() === undefined;
  return knowsNobody && protocol.transport === undefined;
}
