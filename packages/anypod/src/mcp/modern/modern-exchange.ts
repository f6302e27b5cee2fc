import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Change } from '../../core/change-log.ts';
import type { Deadline, Deadlines, Late } from '../../core/deadlines.ts';
import {
  encodeResponse,
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json-rpc.ts';
import type { Link } from '../../core/linked-list.ts';
import type { Log } from '../../core/log.ts';
import { VERSION_META_KEY } from '../../core/protocol-version.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import { CLIENT_GONE, callTimedOut, RPC, serverClosed } from '../../core/rpc-error.ts';
import { writeMessage } from '../../core/written.ts';
import { changeOfList } from '../sdk/list-changes.ts';
import { openToken } from '../sdk/progress-tokens.ts';
import { RunningCall, type RunningCalls } from '../sdk/running-calls.ts';
import { ServerTransport } from '../sdk/server-transport.ts';
import { announcedChange } from './announced-change.ts';

/** What `handleMessage` returns to the SDK, because the exchange has answered the reply itself. */
export const SERVED: Response = new Response(null);

/** HeaderMismatch and MissingRequiredClientCapability of the SDK. */
const HEADER_MISMATCH = -32020;
const MISSING_CAPABILITY = -32021;

/** HTTP statuses of errors from before a handler runs (MCP 2026-07-28, transports). A handler's own errors have 200, except `MISSING_CAPABILITY`. */
const STATUS_BEFORE_HANDLER: Readonly<Record<number, number>> = {
  [RPC.parse]: 400,
  [RPC.invalidRequest]: 400,
  [RPC.methodNotFound]: 404,
  [RPC.unsupportedVersion]: 400,
  [HEADER_MISMATCH]: 400,
};

export interface ModernExchangeOptions {
  readonly reply: Reply;
  readonly signal: AbortSignal;
  /** The id with which the server gets the request. Undefined: the client's id. */
  readonly id?: number;
  /** The request whose handler sends a message, if the server also serves other requests. */
  readonly running?: AsyncLocalStorage<number>;
  /** Returns the response as it goes out. It has the client's id. */
  readonly rewrite: (response: JsonRpcResponse) => JsonRpcResponse;
  /** Publishes a change for all listeners, which does not belong to this request. The SDK's own transport would drop it silently. */
  readonly publish: (change: Change) => void;
  /** Ends calls that take too long. Undefined: calls have no time limit. */
  readonly deadlines: Deadlines | undefined;
  readonly log: Log;
  readonly calls: RunningCalls;
}

interface SendOptions {
  readonly relatedRequestId?: RequestId;
}

interface MessageExtra {
  readonly request?: unknown;
  readonly authInfo?: unknown;
}

/** The part of `PerRequestHTTPServerTransport` that the SDK itself calls. */
interface SdkTransport {
  handleMessage(message: JsonRpcMessage, extra?: MessageExtra): Promise<Response>;
}

/**
 * One request of 2026-07-28 and its answer. It replaces the SDK's own transport. The answer is plain JSON if the handler sends no message before its
 * result, and otherwise a stream. It writes directly to the reply, without web responses and web streams.
 */
export class ModernExchange extends ServerTransport implements Late {
  /** The request's handler has ended, whether or not a client gets its result. */
  completed = false;
  #answered = false;
  readonly #options: ModernExchangeOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #gone = () => this.#end();
  #deadline: Link<Deadline> | undefined;
  #request: JsonRpcRequest | undefined;
  #call: RunningCall | undefined;
  /** The notification that would announce a change of the requested list. */
  #ownChange: string | undefined;
  #id: RequestId | undefined;
  /** No handler has run yet, so errors come from the SDK. */
  #beforeHandler = false;
  #sink: EventSink | undefined;
  #closed = false;

  constructor(options: ModernExchangeOptions) {
    super(options.log);
    this.#options = options;
  }

  /** Replaces the transport that the SDK made for this request. */
  replace(transport: SdkTransport): void {
    transport.handleMessage = (message, extra) => this.#handle(message, extra);
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (isResponse(message)) {
      const written = this.leave(message, this.#call);
      if (message.id === this.#id) this.#complete(written);
      return;
    }
    const related = options?.relatedRequestId;
    if (this.#isOfOwnList(message as JsonRpcNotification)) return;
    if (related === undefined) {
      const change = announcedChange(message as JsonRpcNotification);
      if (change !== undefined) this.#options.publish(change);
    } else if (related !== this.#id || this.#closed) {
      // The handler names an earlier request of this server, or this one after its answer.
      throw new Error(`No connection established for request ID: ${String(related)}`);
    } else if (this.#options.reply.form !== 'json') {
      // A client that accepts only JSON can get nothing but the response (MCP 2026-07-28, Streamable HTTP).
      await this.#stream(message);
    }
  }

  /** Whether a handler announces a change of the list that it is answering. */
  #isOfOwnList({ method }: JsonRpcNotification): boolean {
    if (method !== this.#ownChange || this.completed) return false;
    const { calls, id } = this.#options;
    const current = calls.current();
    return id === undefined || (current?.session === undefined && current?.id === id);
  }

  /** The server has closed, or the SDK closes it because the pod leaves. In the second case the client already has its answer. */
  async close(): Promise<void> {
    if (!this.#closed && this.#request !== undefined) this.#answer(serverClosed(this.#request.id));
    this.#end();
  }

  /** The call has taken longer than it may: answers it with an error and aborts its handler. */
  late(): void {
    const { deadlines, log } = this.#options;
    const ms = deadlines?.afterMs ?? 0;
    log.warn({ ms }, 'a call took longer than it may; its client got an error, and its handler is aborted');
    this.#answer(callTimedOut(this.#request?.id ?? null, ms));
    this.#end();
  }

  protected override ended(id: RequestId): void {
    if (id === this.#id && !this.completed) this.#complete(this.failed(id, this.#call));
  }

  /** Ends the exchange and aborts a handler that still runs. Never throws, because events call it. */
  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.signal.removeEventListener('abort', this.#gone);
    if (this.#deadline !== undefined) this.#options.deadlines?.remove(this.#deadline);
    this.#sink?.end();
    if (!this.#answered) this.#abandon();
    try {
      this.onclose?.();
    } catch (err) {
      this.#options.log.warn({ err }, 'a server failed while its request ended');
    }
    this.#ended.resolve();
  }

  /** Answers a request whose client has disconnected, or was told that the pod leaves. Nobody reads this answer, but each request needs one. */
  #abandon(): void {
    const { reply } = this.#options;
    reply.watch.ended('cancelled');
    if (this.#sink === undefined) reply.empty(CLIENT_GONE);
  }

  async #handle(message: JsonRpcMessage, extra: MessageExtra | undefined): Promise<Response> {
    const { signal, reply, id, deadlines } = this.#options;
    const revision = (message as JsonRpcRequest).params?.['_meta'] as Record<string, unknown> | undefined;
    const classified = { ...extra, classification: { era: 'modern', revision: revision?.[VERSION_META_KEY] } };
    if (signal.aborted) {
      this.#end();
    } else if (isRequest(message)) {
      this.#request = message;
      this.#ownChange = changeOfList(message.method);
      this.#id = id ?? message.id;
      signal.addEventListener('abort', this.#gone, { once: true });
      this.#deadline = deadlines?.add(this);
      const request = id === undefined ? message : { ...message, id };
      this.#call = new RunningCall(request);
      this.#enterAs(request, this.#call, classified);
      await this.#ended.promise;
    } else {
      this.enter(message as JsonRpcNotification, classified);
      reply.empty(202);
    }
    return SERVED;
  }

  #enterAs(request: JsonRpcRequest, call: RunningCall, extra: unknown): void {
    this.#beforeHandler = true;
    try {
      this.#options.calls.run(call, () => this.enter(request, extra));
    } finally {
      this.#beforeHandler = false;
    }
  }

  async #stream(message: JsonRpcRequest | JsonRpcNotification): Promise<void> {
    const data = writeMessage(openToken(message));
    this.#sink ??= this.#open();
    if (!this.#sink.send({ data })) await this.#sink.drained();
  }

  #open(): EventSink {
    const sink = this.#options.reply.stream('request');
    sink.onClose(this.#gone);
    return sink;
  }

  #complete(message: JsonRpcResponse): void {
    this.completed = true;
    this.#answer(message);
  }

  #answer(message: JsonRpcResponse): void {
    if (this.#answered || this.#request === undefined) return;
    this.#answered = true;
    const { reply, rewrite } = this.#options;
    reply.watch.answered(message.error !== undefined);
    // Also if the client has disconnected, because the retry guard needs the response.
    const data = encodeResponse(rewrite({ ...message, id: this.#request.id }));
    if (this.#closed) return;
    if (this.#sink === undefined) {
      reply.json(this.#statusOf(message), data);
    } else {
      this.#sink.send({ data });
      reply.watch.ended('ok');
    }
    // This waits until the SDK has ended the request.
    queueMicrotask(this.#gone);
  }

  #statusOf({ error }: JsonRpcResponse): number {
    if (error === undefined) return 200;
    if (error.code === MISSING_CAPABILITY) return 400;
    return (this.#beforeHandler ? STATUS_BEFORE_HANDLER[error.code] : undefined) ?? 200;
  }
}
