import type { RequestId } from '../json/json-rpc.ts';
import { hasPrimingEvents } from './protocol-version.ts';

/** The params of the client's `initialize`, as they arrived. */
export interface InitializeParams {
  readonly protocolVersion: string;
  readonly capabilities: Record<string, unknown>;
  readonly clientInfo: Record<string, unknown>;
  readonly [key: string]: unknown;
}

/** What never changes in a legacy client's session. */
export interface SessionRecord {
  /** Unguessable and signed; see `session-id.ts`. */
  readonly id: string;
  /** The revision that `initialize` negotiated. Empty: the client has opened its HTTP+SSE stream, but has not initialized the session. */
  readonly protocolVersion: string;
  /** `sse`: the client uses HTTP+SSE (2024-11-05), so every message for it goes to its one stream. Absent: it uses Streamable HTTP. */
  readonly transport?: 'sse';
  /** Another pod replays these params into the server that it builds for this session. */
  readonly initialize: InitializeParams;
  /** Who opened it. Absent: an anonymous caller, whose session is protected by its id alone. */
  readonly principal?: string;
  /** The caller among whose sessions it counts; see `Quotas`. Absent: sessions are not counted. */
  readonly quotaKey?: string;
  /** The tenant among whose sessions it counts. Absent: those of its tenant are not counted. */
  readonly tenantQuotaKey?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Whether the client has initialized the session. Only a session of HTTP+SSE exists before that. */
export function isInitialized({ protocolVersion }: SessionRecord): boolean {
  return protocolVersion !== '';
}

/** Whether a stream of this session begins with an event id, so that its client can come back if the stream ends. */
export function hasFirstEventId({ transport, protocolVersion }: SessionRecord): boolean {
  return transport === 'sse' || hasPrimingEvents(protocolVersion);
}

/** The last notification of its kind that the client sent. */
export interface ClientNotification {
  /** Orders a session's notifications: a greater number came later. */
  readonly number: number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** A session as a pod knows it after loading. */
export interface Session {
  readonly record: SessionRecord;
  /** From `logging/setLevel`. Absent: no filter. */
  readonly logLevel?: string;
  /** URIs from `resources/subscribe`. */
  readonly subscriptions: ReadonlySet<string>;
  /** Requests whose cancellation may have arrived before them, on some pod; may be empty. `SessionStore.takeCancelled` tells for certain. */
  readonly cancelled: ReadonlySet<RequestId>;
  /** The last notification of each kind that the client sent, in order. Cancellations and progress are not among them. */
  readonly notifications: readonly ClientNotification[];
  /** What the server's code has changed in its visible registry since the factory made it. */
  readonly registry: RegistryChanges;
}

/** Changes of a server's visible registry: values as JSON, each by the name that the host gives to what has changed. */
export type RegistryChanges = ReadonlyMap<string, string>;

/** The one value for sessions whose registry has not changed, so that they cost nothing. */
export const NO_CHANGES: RegistryChanges = new Map<string, string>();

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says in a sentence what an `initialize` lacks. Undefined: nothing. The user's server finds any other fault. */
export function initializeFault(params: Readonly<Record<string, unknown>>): string | undefined {
  const { protocolVersion, capabilities, clientInfo } = params;
  if (typeof protocolVersion !== 'string') return 'initialize needs params.protocolVersion, a string.';
  if (!isObject(capabilities)) return 'initialize needs params.capabilities, an object.';
  if (!isObject(clientInfo)) return 'initialize needs params.clientInfo, an object with name and version.';
  if (typeof clientInfo['name'] !== 'string') return 'initialize needs params.clientInfo.name, a string.';
  if (typeof clientInfo['version'] !== 'string') return 'initialize needs params.clientInfo.version, a string.';
  return undefined;
}

/** The session with a notification added. It replaces an earlier one of its kind. */
export function withNotification(session: Session, notification: ClientNotification): Session {
  const { notifications } = session;
  const earlier = notifications.find(({ method }) => method === notification.method);
  if (earlier !== undefined && earlier.number >= notification.number) return session;
  const all = [...notifications.filter((other) => other !== earlier), notification];
  return { ...session, notifications: all.sort((one, other) => one.number - other.number) };
}
