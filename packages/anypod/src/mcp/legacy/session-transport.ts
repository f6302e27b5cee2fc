import { AsyncLocalStorage } from 'node:async_hooks';
import type { Caller } from '../../core/caller.ts';
import {
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json-rpc.ts';
import type { DeliveryOptions, Outlet, Related } from '../../core/server-host.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import { ServerTransport } from '../sdk/server-transport.ts';
import type { QuestionIds } from './question-ids.ts';
import { createRequestIds } from './request-ids.ts';

interface SendOptions {
  readonly relatedRequestId?: RequestId;
}

/** A request whose handler runs, and the id under which the server got it. */
interface Running {
  readonly run: number;
  readonly id: RequestId;
}

/** Notifications that belong to the request whose handler sends them, also where it forgets to say so. */
const REQUEST_SCOPED = new Set(['notifications/message', 'notifications/progress']);

/**
 * One class that satisfies the `Transport` of SDK v1 and of v2: it carries a session's messages between the user's server and
 * the pod. It holds no connection; streams and resumption are the pod's.
 */
export class SessionTransport extends ServerTransport {
  readonly sessionId: string;
  readonly #outlet: Outlet;
  readonly #questions: QuestionIds;
  readonly #requests = createRequestIds();
  /** The SDK loses the relation of `elicitInput`, `createMessage` and `listRoots` to their request; the async context keeps it. */
  readonly #running = new AsyncLocalStorage<Running>();

  constructor(sessionId: string, outlet: Outlet, questions: QuestionIds) {
    super();
    this.sessionId = sessionId;
    this.#outlet = outlet;
    this.#questions = questions;
  }

  async close(): Promise<void> {
    this.onclose?.();
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (isResponse(message)) {
      this.leave(message);
      const run = message.id === null ? undefined : this.#requests.end(message.id);
      if (run !== undefined) this.#outlet.respond(run, message);
    } else if (isRequest(message)) {
      await this.#ask(message, this.#related(options));
    } else if (message.method === 'notifications/cancelled') {
      await this.#withdraw(message, options);
    } else {
      const scoped = options?.relatedRequestId !== undefined || REQUEST_SCOPED.has(message.method);
      await this.#outlet.notify(message, scoped ? this.#related(options) : undefined);
    }
  }

  /** Hands a request to the server, a client's or, with a negative `run`, one of ours. */
  request(run: number, request: JsonRpcRequest | Omit<JsonRpcRequest, 'id'>, options: DeliveryOptions): void {
    const asked = 'id' in request ? request.id : undefined;
    const id = this.#requests.begin(run, asked);
    const message = id === asked ? (request as JsonRpcRequest) : { ...request, id };
    this.#running.run({ run, id }, () => this.enter(message, messageExtra(options)));
  }

  /** Hands a client's notification or answer to the server; an unknown answer or progress token is dropped. */
  deliver(message: JsonRpcNotification | JsonRpcResponse, options: DeliveryOptions): void {
    if (isResponse(message)) {
      const local = this.#questions.localAnswer(message);
      if (local !== undefined) this.onmessage?.(local, messageExtra(options));
      return;
    }
    const local = this.#questions.localProgress(message);
    if (local !== undefined) this.enter(local, messageExtra(options));
  }

  /** Aborts the handler of a request; the SDK sends nothing for it any more. */
  abort(run: number, reason: string | undefined): void {
    const id = this.#requests.idOf(run);
    if (id === undefined) return;
    this.#requests.giveUp(id);
    this.abortHandler(id, reason);
  }

  /** The request that a message belongs to; undefined: the session. Throws, as the SDK's transport does, where the handler names one that is over. */
  #related(options: SendOptions | undefined): Related | undefined {
    const id = options?.relatedRequestId;
    const current = this.#running.getStore();
    if (id === undefined) return relatedTo(current?.run, false);
    const run = this.#requests.runOf(id);
    // Clients use ids again: a handler that is over may find another request under its id.
    const isAnother = current?.id === id && current.run !== run;
    if (run === undefined || isAnother) throw new Error(`No connection established for request ID: ${String(id)}`);
    return relatedTo(run, true);
  }

  async #ask(request: JsonRpcRequest, related: Related | undefined): Promise<void> {
    const shared = this.#questions.share(request);
    try {
      await this.#outlet.ask(shared.id, shared, related);
    } catch (error) {
      this.#questions.forget(request.id);
      throw error;
    }
  }

  /** The client should hear that a question is withdrawn, wherever it was asked: where its request is over, in the session. */
  async #withdraw(notification: JsonRpcNotification, options: SendOptions | undefined): Promise<void> {
    const named = options?.relatedRequestId;
    const run = (named === undefined ? undefined : this.#requests.runOf(named)) ?? this.#running.getStore()?.run;
    const local = notification.params?.['requestId'] as RequestId;
    const question = this.#questions.forget(local);
    if (question === undefined) return;
    const params = { ...notification.params, requestId: question };
    await this.#outlet.withdraw(question, { ...notification, params }, relatedTo(run, false));
  }
}

/** Nobody waits for what belongs to a request of ours, whose run is negative. */
function relatedTo(run: number | undefined, named: boolean): Related | undefined {
  return run === undefined || run < 0 ? undefined : { run, named };
}

/**
 * What v1 tells handlers of the HTTP request. A class, since an object literal with a getter costs each time what a class costs once, and keeps what
 * the getter sees until the next full garbage collection.
 */
class RequestInfo {
  readonly headers: Caller['headers'];
  readonly #url: string;

  constructor({ headers, url }: Caller) {
    this.headers = headers;
    this.#url = url;
  }

  get url(): URL {
    return new URL(this.#url);
  }
}

/** The `MessageExtraInfo` of v1 (`requestInfo`) and v2 (`request`) in one. */
function messageExtra({ caller, closeStream }: DeliveryOptions): unknown {
  return {
    ...(caller.authInfo === undefined ? {} : { authInfo: caller.authInfo }),
    requestInfo: new RequestInfo(caller),
    request: lazyRequest(caller),
    ...(closeStream === undefined ? {} : { closeSSEStream: closeStream }),
  };
}
