import type { Caller } from '../../core/caller.ts';
import {
  isNotification,
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { DeliveryOptions, Outlet } from '../../core/server-host.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import { changeOfList } from '../sdk/list-changes.ts';
import { RunningCall, type RunningCalls } from '../sdk/running-calls.ts';
import { ServerTransport } from '../sdk/server-transport.ts';
import type { QuestionIds } from './question-ids.ts';

interface SendOptions {
  readonly relatedRequestId?: RequestId;
}

/** What the transports of all sessions share. */
interface TransportContext {
  readonly calls: RunningCalls;
  readonly log: Log;
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
  #released = false;
  #closed = false;
  /** The SDK loses the relation of `elicitInput`, `createMessage` and `listRoots` to their request; the async context keeps it. */
  readonly #calls: RunningCalls;
  /** The requests for lists that are being answered, and what would announce a change of each. */
  readonly #listing = new Map<number, string>();
  /** What tells this server's requests from those of another, which a handler may speak through as well. */
  readonly #owner = {};

  constructor(sessionId: string, outlet: Outlet, questions: QuestionIds, { calls, log }: TransportContext) {
    super(log);
    this.sessionId = sessionId;
    this.#outlet = outlet;
    this.#questions = questions;
    this.#calls = calls;
  }

  /** The pod lets go of the server: that it closes now says nothing of the session. */
  release(): void {
    this.#released = true;
  }

  /** The server has closed, which ends its session unless the pod has closed it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.onclose?.();
    } finally {
      if (!this.#released) this.#outlet.closed();
    }
  }

  protected override ended(id: RequestId): void {
    if (!this.#outlet.awaits(Number(id))) return;
    const call = this.#callOf(id);
    // A response to a request of a v1 task waits in the SDK's own queue.
    if (call?.plain === false) return;
    this.#outlet.respond(Number(id), this.failed(id, call));
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (isResponse(message)) {
      this.#listing.delete(Number(message.id));
      this.#outlet.respond(Number(message.id), this.leave(message, this.#callOf(message.id)));
    } else if (isRequest(message)) {
      await this.#ask(message, this.#related(options));
    } else if (message.method === 'notifications/cancelled') {
      await this.#withdraw(message, this.#related(options));
    } else if (!this.#isOfOwnList(message, this.#related(options))) {
      const related = REQUEST_SCOPED.has(message.method) ? this.#related(options) : options?.relatedRequestId;
      await this.#outlet.notify(message, related === undefined ? undefined : Number(related));
    }
  }

  /** Hands a client's message to the server; an unknown answer or progress token is dropped. */
  deliver(message: JsonRpcMessage, options: DeliveryOptions): void {
    if (isRequest(message)) {
      const change = changeOfList(message.method);
      if (change !== undefined) this.#listing.set(Number(message.id), change);
      const call = new RunningCall(message, this.sessionId, this.#owner, Number(message.id));
      this.#calls.run(call, () => this.enter(message, messageExtra(options)));
      return;
    }
    if (isNotification(message)) {
      // The SDK sends no answer then.
      if (message.method === 'notifications/cancelled') this.#listing.delete(Number(message.params?.['requestId']));
      const local = this.#questions.localProgress(message);
      if (local !== undefined) this.enter(local, messageExtra(options));
      return;
    }
    const local = this.#questions.localAnswer(message);
    if (local !== undefined) this.onmessage?.(local, messageExtra(options));
  }

  /** Whether a handler announces a change of the very list that it is answering. */
  #isOfOwnList({ method }: JsonRpcNotification, related: number | undefined): boolean {
    return related !== undefined && this.#listing.get(related) === method;
  }

  /** The call of this server that the code which runs now belongs to. */
  #current(): RunningCall | undefined {
    const running = this.#calls.current();
    return running?.owner === this.#owner ? running : undefined;
  }

  /** The call under this id, as far as the async context still knows it. */
  #callOf(id: RequestId | null): RunningCall | undefined {
    const running = this.#current();
    return running?.id === id ? running : undefined;
  }

  #related(options: SendOptions | undefined): number | undefined {
    if (options?.relatedRequestId !== undefined) return Number(options.relatedRequestId);
    return this.#current()?.id;
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
