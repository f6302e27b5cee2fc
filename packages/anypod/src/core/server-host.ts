import type { Caller } from './caller.ts';
import type { Departure } from './departure.ts';
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from './json/json-rpc.ts';
import type { WebReply } from './reply.ts';
import type { ScopeChallenge } from './scope-challenge.ts';
import type { InitializeParams, RegistryChanges, SessionRecord } from './session/session.ts';
import type { ToolHints } from './session/tool-hints.ts';
import type { SessionState, StateHandles } from './state/state.ts';
import type { TaskRule } from './task/task-rule.ts';

/** The request that a server's message belongs to. */
export interface Related {
  /** The run of the request; see `HostedServer.request`. */
  readonly run: number;
  /**
   * True: the handler named the request itself, so the message goes to that request or nowhere. False: code that the handler started sent the
   * message. Once the request is over, such a message goes to the session.
   */
  readonly named: boolean;
  /** Takes a message of a request that has no exchange, because it runs as a task. */
  readonly deliver?: (data: string) => Promise<void>;
}

/** Takes the messages of a hosted server. `ask` and `notify` reject if a message cannot be sent. */
export interface Outlet {
  /** The response to a request, by its run. */
  respond(run: number, response: JsonRpcResponse): void;
  /** A server→client request. Its id is `question`, which is unique across pods. */
  ask(question: string, request: JsonRpcRequest, related: Related | undefined): Promise<void>;
  /** The server no longer waits for the answer to `question`. `notification` tells the client. */
  withdraw(question: string, notification: JsonRpcNotification, related: Related | undefined): Promise<void>;
  notify(notification: JsonRpcNotification, related: Related | undefined): Promise<void>;
  /** Whether a request still waits for its response, by its run. */
  awaits(run: number): boolean;
  /** The server has closed itself, which ends its session. It sends nothing more. */
  closed(): void;
  /** The server's code may have changed its registry; see `HostedRegistry.take`. */
  touched(): void;
}

/** The visible registry of a hosted server: its tools, prompts, resources and templates, as lists show them. */
export interface HostedRegistry {
  /**
   * What the server's code has changed for its session since the last `take`. Call it after the turn in which `Outlet.touched` was called. Until `stored`,
   * `follow` leaves these changes alone.
   */
  take(): RegistryChanges;
  /** The changes that `take` returned are in the store, or will never be. */
  stored(): void;
  /** Makes the registry what the session's changes say. Announces nothing. */
  follow(changes: RegistryChanges): void;
}

/** What a session's server may keep; the factory gets it. */
export interface Kept {
  readonly session: SessionState;
  readonly state: StateHandles;
}

/** What a handler may do with its own connection (SEP-1699). */
export interface DeliveryOptions {
  readonly caller: Caller;
  /** Ends the connection that carries the answer; the exchange goes on. Absent if the client could not resume. */
  readonly closeStream?: () => void;
}

/** The user's server, serving one session on this pod. */
export interface HostedServer {
  /** What the server declared in its `initialize` result. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /**
   * Delivers a client's request. `run` names it between the pod and this server. It is a positive integer that is never used again, whereas a client
   * may use an id again, even while the first request runs.
   */
  request(run: number, request: JsonRpcRequest, options: DeliveryOptions): void;
  /** Delivers a client's notification, or its answer to a question. The answer names the question by its shared id. */
  deliver(message: JsonRpcNotification | JsonRpcResponse, options: DeliveryOptions): void;
  /**
   * Delivers a notification that is neither a cancellation nor progress. Resolves when the server's handler is done; never rejects. `reach`: `every`
   * server of the session gets it, now or when it is built; `again`: it is repeated for a new server. Absent: only servers that exist now get it.
   */
  notify(
    notification: JsonRpcNotification,
    options: DeliveryOptions & { readonly reach?: 'every' | 'again' },
  ): Promise<void>;
  /** Aborts the handler of a request. The request gets no response. */
  abort(run: number, reason: string | undefined): void;
  /** The scopes that the server asks for before it runs a request. Returns no promise if it asks for none. */
  challenge(request: JsonRpcRequest, caller: Caller): Promise<ScopeChallenge | undefined> | undefined;
  /** Whether the server itself answers requests of this method. */
  handles(method: string): boolean;
  /** Sends a request that the pod makes itself. There is no answer if the server is closed. */
  ask(method: string, params: Record<string, unknown>, caller: Caller): Promise<JsonRpcResponse>;
  /** Undefined: the server has none, or its SDK keeps it elsewhere. */
  readonly registry: HostedRegistry | undefined;
  /** The hints of a tool. Undefined: there is no such tool. Asks the server, so call it rarely. */
  toolHints(name: string): Promise<ToolHints | undefined>;
  /** Aborts running handlers and releases the server. */
  close(): Promise<void>;
}

/** The result of `initialize`: a server to keep, and the response for the client. */
export interface Initialized {
  readonly server: HostedServer;
  readonly response: JsonRpcResponse;
}

/** Builds the user's server for legacy sessions; the SDKs live behind it. */
export interface ServerHost {
  /** The bytes of heap that one hosted server is assumed to take. They bound the cache. */
  readonly bytes: number;
  /** Builds a server and initializes it with the client's own params. */
  initialize(
    session: string,
    params: InitializeParams,
    outlet: Outlet,
    caller: Caller,
    kept?: Kept,
  ): Promise<Initialized>;
  /** Builds a server for a session that began on another pod, by replaying its `initialize`. */
  rehydrate(record: SessionRecord, outlet: Outlet, caller: Caller, kept?: Kept): Promise<HostedServer>;
}

/** What makes two calls the same call. */
export interface CallIdentity {
  /** The hash of who calls what. */
  readonly key: string;
  /** The hash of the arguments. */
  readonly fingerprint: string;
}

/** Serves the 2026-07-28 era. */
export interface ModernHandler {
  /** True: an `initialize` that claims the modern era is judged here. False: only one whose body does; a version header does not count. */
  readonly takesInitialize: boolean;
  /**
   * Answers `reply` exactly once, or rejects without an answer. `body` is parsed JSON. `departure` tells when the client has gone.
   */
  serve(body: unknown, caller: Caller, departure: Departure, reply: WebReply): Promise<void>;
  /** The rule for tasks of the tool that a `tools/call` names. Returns no promise if the tool is known. */
  taskRule(body: unknown, caller: Caller, departure: Departure): TaskRule | Promise<TaskRule>;
  /** Whether a request brings a state that anypod has sealed for this caller and call, so that it continues a call that was accepted. */
  continues(body: unknown, caller: Caller): boolean;
  /**
   * What the repeats of a `tools/call` share, and how long after its end they count as repeats (ms). Undefined: nobody could tell a repeat, or the tool does
   * not ask for it. A string says what is wrong with the client's key.
   */
  identityOf(
    body: unknown,
    caller: Caller,
    departure: Departure,
  ): Promise<(CallIdentity & { readonly windowMs: number }) | string | undefined>;
  /**
   * A call that waits for answers of its client gets none: aborts its handler, on whichever pod it waits. `body` is the request that would bring the
   * answers. Does nothing if no handler waits for it.
   */
  abandon(body: unknown, caller: Caller): void;
  /** The number of calls without an answer yet. Streams that only listen do not count. */
  readonly busy: number;
  /** Ends the streams that only listen, each with its final result. */
  drain(): Promise<void>;
  /** Ends everything in progress. Calls get an error of reason `draining`. */
  close(): Promise<void>;
}
