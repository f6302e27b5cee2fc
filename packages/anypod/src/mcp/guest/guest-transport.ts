import {
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import { RPC, rpcError, serverClosed } from '../../core/json/rpc-error.ts';
import { failedSilently } from '../../core/json/written.ts';
import type { Log } from '../../core/log.ts';
import type { AskableTransport } from '../internals/questions.ts';
import { RunningCall } from '../sdk/running-calls.ts';
import { ServerTransport } from '../sdk/server-transport.ts';

/** Where the messages of a guest go that are no responses. */
export interface GuestOutlet {
  /** Sends a question or a notification to the client. `related` is the request that its handler names. Rejects if it cannot be sent. */
  send(message: JsonRpcMessage, related: RequestId | undefined): Promise<void>;
  /** The guest has closed itself. */
  closed(): void;
}

/** A request that the guest has not answered yet. */
interface Waiting {
  readonly call: RunningCall;
  resolve(response: JsonRpcResponse): void;
}

/** Carries messages between a guest and the facade that speaks for it. It satisfies the `Transport` of SDK v1 and of v2. */
export class GuestTransport extends ServerTransport implements AskableTransport {
  readonly takesQuestions = true;
  readonly #outlet: GuestOutlet;
  readonly #waiting = new Map<RequestId, Waiting>();
  #released = false;
  #closed = false;

  constructor(outlet: GuestOutlet, log: Log) {
    super(log);
    this.#outlet = outlet;
  }

  /** Hands a request to the guest. Resolves with its response, also if it closes or fails meanwhile. */
  request(request: JsonRpcRequest, extra?: unknown): Promise<JsonRpcResponse> {
    const { promise, resolve } = Promise.withResolvers<JsonRpcResponse>();
    this.#waiting.set(request.id, { call: new RunningCall(request), resolve });
    if (this.#closed) this.#respond(serverClosed(request.id));
    else this.enter(request, extra);
    return promise;
  }

  /** Hands a notification, or the answer to a question, to the guest. */
  deliver(message: JsonRpcMessage): void {
    if (isResponse(message)) this.enterAnswer(message);
    else if (!isRequest(message)) this.enter(message, undefined);
  }

  /** Aborts the handler of a request, whose client has gone. */
  abort(id: RequestId): void {
    this.#respond(rpcError(id, RPC.internal, 'The client has gone.'));
    this.abortHandler(id, undefined);
  }

  async send(message: JsonRpcMessage, options?: { readonly relatedRequestId?: RequestId }): Promise<void> {
    if (isResponse(message)) this.#respond(message);
    else await this.#outlet.send(message, options?.relatedRequestId);
  }

  /** anypod is about to close the guest. */
  release(): void {
    this.#released = true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.onclose?.();
    } finally {
      for (const id of this.#waiting.keys()) this.#respond(serverClosed(id));
      if (!this.#released) this.#outlet.closed();
    }
  }

  protected override ended(id: RequestId): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) this.#respond(this.failed(id, waiting.call));
  }

  #respond(response: JsonRpcResponse): void {
    if (response.id === null) return;
    const waiting = this.#waiting.get(response.id);
    if (waiting === undefined) return;
    this.#waiting.delete(response.id);
    waiting.resolve(withMessage(response, waiting.call));
  }
}

/** A handler may have thrown an object whose message is no text. The facade would make another text of it. */
function withMessage(response: JsonRpcResponse, call: RunningCall): JsonRpcResponse {
  const { error } = response;
  if (error === undefined || typeof error.message === 'string') return response;
  return { ...response, error: { ...(error as { readonly code: number }), message: failedSilently(call) } };
}
