import type { Caller } from './caller.ts';
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from './json-rpc.ts';
import type { WebReply } from './reply.ts';
import type { InitializeParams, SessionRecord } from './session.ts';

/** The request that a server's message belongs to. */
export interface Related {
  /** The request's run; see `HostedServer.request`. */
  readonly run: number;
  /**
   * The handler named the request itself, so the message goes to it or nowhere. Else the message came from what the handler had started; once
   * the request is over, such a message is the session's.
   */
  readonly named: boolean;
}

/** Where a hosted server's words go. `ask` and `notify` reject where a message cannot be sent. */
export interface Outlet {
  /** The response to a request, by its run. */
  respond(run: number, response: JsonRpcResponse): void;
  /** A server→client request under its shared id `question`. */
  ask(question: string, request: JsonRpcRequest, related: Related | undefined): Promise<void>;
  /** The server no longer waits for `question`; `notification` tells the client. */
  withdraw(question: string, notification: JsonRpcNotification, related: Related | undefined): Promise<void>;
  notify(notification: JsonRpcNotification, related: Related | undefined): Promise<void>;
  /** Whether a request still waits for its response, by its run. */
  awaits(run: number): boolean;
  /** The server has closed itself, which ends its session: it says nothing more. */
  closed(): void;
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
   * Hands in a client's request. `run` names it between the pod and this server: a positive integer that is never used again, since clients
   * may use an id again, also while the first request runs.
   */
  request(run: number, request: JsonRpcRequest, options: DeliveryOptions): void;
  /** Hands in a client's notification, or its answer to a question, which names the question by the shared id. */
  deliver(message: JsonRpcNotification | JsonRpcResponse, options: DeliveryOptions): void;
  /** Hands in a notification that is no cancellation or progress. Resolves when the server's handler is done; never rejects. */
  notify(notification: JsonRpcNotification, options: DeliveryOptions): Promise<void>;
  /** Aborts the handler of a request, which gets no response any more. */
  abort(run: number, reason: string | undefined): void;
  /** Whether the server itself answers requests of this method. */
  handles(method: string): boolean;
  /** A request of the pod's own. It gets no answer where the server is closed. */
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
  /** Whether an `initialize` that says it is of the modern era comes here to be judged; else its body negotiates a session, whatever it says. */
  readonly takesInitialize: boolean;
  /** Answers `reply` exactly once, or rejects before it has answered. `body` is parsed JSON; `signal` gives the client's going. */
  serve(body: unknown, caller: Caller, signal: () => AbortSignal, reply: WebReply): Promise<void>;
  /** Calls that have not been answered; streams that merely listen do not count. */
  readonly busy: number;
  /** Ends the streams that merely listen, each with its final result. */
  drain(): Promise<void>;
  /** Ends what is being served, calls with an error of reason `draining`. */
  close(): Promise<void>;
}
