import type { Caller } from '../core/caller.ts';
import {
  isNotification,
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../core/json-rpc.ts';
import type { DeliveryOptions, Outlet } from '../core/server-host.ts';
import { lazyRequest } from './lazy-request.ts';
import type { QuestionIds } from './question-ids.ts';
import { RunningCall, type RunningCalls } from './running-calls.ts';
import { ServerTransport } from './server-transport.ts';

interface SendOptions {
  readonly relatedRequestId?: RequestId;
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
  /** The SDK loses the relation of `elicitInput`, `createMessage` and `listRoots` to their request; the async context keeps it. */
  readonly #calls: RunningCalls;
  /** What tells this server's requests from those of another, which a handler may speak through as well. */
  readonly #owner = {};

  constructor(sessionId: string, outlet: Outlet, questions: QuestionIds, calls: RunningCalls) {
    super();
    this.sessionId = sessionId;
    this.#outlet = outlet;
    this.#questions = questions;
    this.#calls = calls;
  }

  async close(): Promise<void> {
    this.onclose?.();
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (isResponse(message)) {
      this.leave(message);
      this.#outlet.respond(Number(message.id), message);
    } else if (isRequest(message)) {
      await this.#ask(message, this.#related(options));
    } else if (message.method === 'notifications/cancelled') {
      await this.#withdraw(message, this.#related(options));
    } else {
      const related = REQUEST_SCOPED.has(message.method) ? this.#related(options) : options?.relatedRequestId;
      await this.#outlet.notify(message, related === undefined ? undefined : Number(related));
    }
  }

  /** Hands a client's message to the server; an unknown answer or progress token is dropped. */
  deliver(message: JsonRpcMessage, options: DeliveryOptions): void {
    if (isRequest(message)) {
      const call = new RunningCall(message, this.sessionId, this.#owner, Number(message.id));
      this.#calls.run(call, () => this.enter(message, messageExtra(options)));
      return;
    }
    if (isNotification(message)) {
      const local = this.#questions.localProgress(message);
      if (local !== undefined) this.enter(local, messageExtra(options));
      return;
    }
    const local = this.#questions.localAnswer(message);
    if (local !== undefined) this.onmessage?.(local, messageExtra(options));
  }

  #related(options: SendOptions | undefined): number | undefined {
    if (options?.relatedRequestId !== undefined) return Number(options.relatedRequestId);
    const running = this.#calls.current();
    return running?.owner === this.#owner ? running.id : undefined;
  }

  async #ask(request: JsonRpcRequest, related: number | undefined): Promise<void> {
    const shared = this.#questions.share(request);
    try {
      await this.#outlet.ask(shared.id, shared, related);
    } catch (error) {
      this.#questions.forget(request.id);
      throw error;
    }
  }

  async #withdraw(notification: JsonRpcNotification, related: number | undefined): Promise<void> {
    const local = notification.params?.['requestId'] as RequestId;
    const question = this.#questions.forget(local);
    if (question === undefined) return;
    const params = { ...notification.params, requestId: question };
    await this.#outlet.withdraw(question, { ...notification, params }, related);
  }
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
