import type { Caller } from './caller.ts';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from './json-rpc.ts';
import type { WebReply } from './reply.ts';
import type { InitializeParams, SessionRecord } from './session.ts';

/** Where a hosted server's words go. `related` is the delivered id of the request that caused them, where there is one. */
export interface Outlet {
  /** The response to the request delivered under `id`. */
  respond(id: number, response: JsonRpcResponse): void;
  /** A server→client request under its shared id `question`; rejects where it cannot be asked. */
  ask(question: string, request: JsonRpcRequest, related: number | undefined): Promise<void>;
  /** The server no longer waits for `question`; `notification` tells the client. */
  withdraw(question: string, notification: JsonRpcNotification, related: number | undefined): Promise<void>;
  notify(notification: JsonRpcNotification, related: number | undefined): Promise<void>;
}

/** What a handler may do with its own connection (SEP-1699). */
export interface DeliveryOptions {
  readonly caller: Caller;
  /** Ends the connection that carries the answer; the exchange goes on. Absent where the client could not resume. */
  readonly closeStream?: () => void;
}

/** What a tool says of itself (MCP tool annotations); hints, and only as good as their author. */
export interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
}

/** The user's server, serving one session on this pod. */
export interface HostedServer {
  /** What the server declared in its `initialize` result. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /**
   * Hands in a message from the client. A request's id is ours: a positive integer, unique on this server, since v1 ignores a
   * cancellation of id 0. An answer names its question by the shared id.
   */
  deliver(message: JsonRpcMessage, options: DeliveryOptions): void;
  /** Hands in a notification that is no cancellation or progress. Resolves when the server's handler is done; never rejects. */
  notify(notification: JsonRpcNotification, options: DeliveryOptions): Promise<void>;
  /** Whether the server itself answers requests of this method. */
  handles(method: string): boolean;
  /** A request of the pod's own. Without an answer where the server is closed. */
  ask(method: string, params: Record<string, unknown>, caller: Caller): Promise<JsonRpcResponse>;
  /** The hints of a tool; undefined: there is no such tool. Asks the server, so it is for rare occasions. */
  toolHints(name: string): Promise<ToolHints | undefined>;
  /** Aborts running handlers and lets go of the server. */
  close(): Promise<void>;
}

/** What `initialize` gave: a server to keep, and the response for the client. */
export interface Initialized {
  readonly server: HostedServer;
  readonly response: JsonRpcResponse;
}

/** Builds the user's server for legacy sessions; the SDKs live behind it. */
export interface ServerHost {
  /** Bytes of heap that one hosted server is reckoned at; bounds the cache. */
  readonly bytes: number;
  /** Builds a server and initializes it with the client's own params. */
  initialize(session: string, params: InitializeParams, outlet: Outlet, caller: Caller): Promise<Initialized>;
  /** Builds a server for a session that began on another pod, by replaying its `initialize`. */
  rehydrate(record: SessionRecord, outlet: Outlet, caller: Caller): Promise<HostedServer>;
}

/** Serves the 2026-07-28 era. */
export interface ModernHandler {
  /** Answers `reply` exactly once, or rejects before it has answered. `body` is parsed JSON; `signal` gives the client's going. */
  serve(body: unknown, caller: Caller, signal: () => AbortSignal, reply: WebReply): Promise<void>;
  /** Calls that have not been answered; streams that merely listen do not count. */
  readonly busy: number;
  /** Ends the streams that merely listen, each with its final result. */
  drain(): Promise<void>;
  /** Ends what is being served, calls with an error of reason `draining`. */
  close(): Promise<void>;
}
