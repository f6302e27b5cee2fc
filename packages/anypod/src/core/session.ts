import type { RequestId } from './json-rpc.ts';

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
  /** The revision that `initialize` negotiated. */
  readonly protocolVersion: string;
  /** Replayed into the server that another pod builds for this session. */
  readonly initialize: InitializeParams;
  /** Who opened it; absent for an anonymous caller, whose session is bound to its id alone. */
  readonly principal?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A session as a pod knows it after loading. */
export interface Session {
  readonly record: SessionRecord;
  /** From `logging/setLevel`; absent: no filter. */
  readonly logLevel?: string;
  /** URIs from `resources/subscribe`. */
  readonly subscriptions: ReadonlySet<string>;
  /** Requests whose cancellation may have arrived on some pod before they did (`SessionStore.takeCancelled` tells); may be empty. */
  readonly cancelled: ReadonlySet<RequestId>;
}
