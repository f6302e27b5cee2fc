import type { Change } from '../../core/change-log.ts';
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
import { VERSION_META_KEY } from '../../core/protocol-version.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import { CLIENT_GONE, RPC } from '../../core/rpc-error.ts';
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
  /** The response as it goes out, under the client's id. */
  readonly rewrite: (response: JsonRpcResponse) => JsonRpcResponse;
  /** A change that belongs to every listener, not to this request; the SDK's own transport would drop it without a word. */
  readonly publish: (change: Change) => void;
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
export class ModernExchange extends ServerTransport {
  /** The request's handler has come to its end, whether or not anybody hears of it. */
  completed = false;
  readonly #options: ModernExchangeOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #gone = () => void this.close();
  #request: JsonRpcRequest | undefined;
  #id: RequestId | undefined;
  /** No handler has run yet: errors are the SDK's. */
  #beforeHandler = false;
  #sink: EventSink | undefined;
  #closed = false;

  constructor(options: ModernExchangeOptions) {
    super();
    this.#options = options;
  }

  /** Takes the place of the transport that the SDK made for this request. */
  replace(transport: SdkTransport): void {
    transport.handleMessage = (message, extra) => this.#handle(message, extra);
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (isResponse(message)) {
      this.leave(message);
      if (message.id === this.#id) this.#answer(message);
      return;
    }
    const related = options?.relatedRequestId;
    if (related === undefined) {
      const change = announcedChange(message as JsonRpcNotification);
      if (change !== undefined) this.#options.publish(change);
    } else if (related === this.#id && !this.#closed) {
      await this.#stream(message);
    } else {
      // A request that this server served before, or this one after its answer.
      throw new Error(`No connection established for request ID: ${String(related)}`);
    }
  }

  /** Ends the exchange; a handler that still runs is aborted. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.signal.removeEventListener('abort', this.#gone);
    this.#sink?.end();
    if (!this.completed) this.#abandon();
    this.onclose?.();
    this.#ended.resolve();
  }

  /** The client has gone, or was told that the pod goes: nobody reads this answer, but the request has one. */
  #abandon(): void {
    const { reply } = this.#options;
    reply.watch.ended('cancelled');
    if (this.#sink === undefined) reply.empty(CLIENT_GONE);
  }

  async #handle(message: JsonRpcMessage, extra: MessageExtra | undefined): Promise<Response> {
    const { signal, reply, id } = this.#options;
    const revision = (message as JsonRpcRequest).params?.['_meta'] as Record<string, unknown> | undefined;
    const classified = { ...extra, classification: { era: 'modern', revision: revision?.[VERSION_META_KEY] } };
    if (signal.aborted) {
      await this.close();
    } else if (isRequest(message)) {
      this.#request = message;
      this.#id = id ?? message.id;
      signal.addEventListener('abort', this.#gone, { once: true });
      this.#enterAs(id === undefined ? message : { ...message, id }, classified);
      await this.#ended.promise;
    } else {
      this.enter(message as JsonRpcNotification, classified);
      reply.empty(202);
    }
    return SERVED;
  }

  #enterAs(request: JsonRpcRequest, extra: unknown): void {
    this.#beforeHandler = true;
    try {
      this.enter(request, extra);
    } finally {
      this.#beforeHandler = false;
    }
  }

  async #stream(message: JsonRpcMessage): Promise<void> {
    this.#sink ??= this.#open();
    if (!this.#sink.send({ data: JSON.stringify(message) })) await this.#sink.drained();
  }

  #open(): EventSink {
    const sink = this.#options.reply.stream('request');
    sink.onClose(this.#gone);
    return sink;
  }

  #answer(message: JsonRpcResponse): void {
    if (this.completed || this.#request === undefined) return;
    this.completed = true;
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
