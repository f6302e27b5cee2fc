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

/** What `handleMessage` gives the SDK where the exchange has answered the reply itself. */
export const SERVED: Response = new Response(null);

/** HeaderMismatch and MissingRequiredClientCapability of the SDK. */
const HEADER_MISMATCH = -32020;
const MISSING_CAPABILITY = -32021;

/** HTTP statuses of errors that are found before a handler runs (MCP 2026-07-28, transports); a handler's own errors are 200, but for one. */
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
  /** The id under which the server gets the request; undefined: the client's. */
  readonly id?: number;
  /** Which request's handler says something, where the server serves others too. */
  readonly running?: AsyncLocalStorage<number>;
  /** The response as it goes out, under the client's id. */
  readonly rewrite: (response: JsonRpcResponse) => JsonRpcResponse;
  /** A change that belongs to every listener, not to this request; the SDK's own transport would drop it without a word. */
  readonly publish: (change: Change) => void;
  /** Ends calls that take too long; undefined: none does. */
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

/** As much of the SDK's `PerRequestHTTPServerTransport` as it calls itself. */
interface SdkTransport {
  handleMessage(message: JsonRpcMessage, extra?: MessageExtra): Promise<Response>;
}

/**
 * One request of 2026-07-28 and its answer, in the place of the SDK's own transport: plain JSON where the handler says nothing before its result, else a
 * stream. It writes to the reply at once, without the web's responses and streams between.
 */
export class ModernExchange extends ServerTransport implements Late {
  /** The request's handler has come to its end, whether or not anybody hears of it. */
  completed = false;
  #answered = false;
  readonly #options: ModernExchangeOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #gone = () => this.#end();
  #deadline: Link<Deadline> | undefined;
  #request: JsonRpcRequest | undefined;
  #call: RunningCall | undefined;
  /** What would announce a change of the list that is asked for. */
  #ownChange: string | undefined;
  #id: RequestId | undefined;
  /** No handler has run yet: errors are the SDK's. */
  #beforeHandler = false;
  #sink: EventSink | undefined;
  #closed = false;

  constructor(options: ModernExchangeOptions) {
    super(options.log);
    this.#options = options;
  }

  /** Takes the place of the transport that the SDK made for this request. */
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
      // A request that this server served before, or this one after its answer.
      throw new Error(`No connection established for request ID: ${String(related)}`);
    } else if (this.#options.reply.form !== 'json') {
      // To a client that takes only JSON nothing but the response can be said (MCP 2026-07-28, Streamable HTTP).
      await this.#stream(message);
    }
  }

  /** Whether a handler announces a change of the very list that it is answering. */
  #isOfOwnList({ method }: JsonRpcNotification): boolean {
    if (method !== this.#ownChange || this.completed) return false;
    const { calls, id } = this.#options;
    const current = calls.current();
    return id === undefined || (current?.session === undefined && current?.id === id);
  }

  /** The server has closed, or the SDK closes it because the pod goes; by then the client has its answer. */
  async close(): Promise<void> {
    if (!this.#closed && this.#request !== undefined) this.#answer(serverClosed(this.#request.id));
    this.#end();
  }

  /** The call has taken longer than it may. */
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

  /** Ends the exchange; a handler that still runs is aborted. Never throws, since it is called from events. */
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

  /** The client has gone, or was told that the pod goes: nobody reads this answer, but the request has one. */
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
    // Also where the client has gone: who guards a call against repeats wants its response.
    const data = encodeResponse(rewrite({ ...message, id: this.#request.id }));
    if (this.#closed) return;
    if (this.#sink === undefined) {
      reply.json(this.#statusOf(message), data);
    } else {
      this.#sink.send({ data });
      reply.watch.ended('ok');
    }
    // Once the SDK is done with the request.
    queueMicrotask(this.#gone);
  }

  #statusOf({ error }: JsonRpcResponse): number {
    if (error === undefined) return 200;
    if (error.code === MISSING_CAPABILITY) return 400;
    return (this.#beforeHandler ? STATUS_BEFORE_HANDLER[error.code] : undefined) ?? 200;
  }
}
