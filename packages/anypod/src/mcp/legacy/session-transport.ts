import type { Caller } from '../../core/caller.ts';
import {
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { ScopeChallenge } from '../../core/scope-challenge.ts';
import type { DeliveryOptions, Outlet, Related } from '../../core/server-host.ts';
import type { InputRequired, RoundsTransport } from '../internals/input-rounds.ts';
import { changeOfList } from '../sdk/list-changes.ts';
import { messageExtra } from '../sdk/message-extra.ts';
import { RunningCall, type RunningCalls } from '../sdk/running-calls.ts';
import { type ChallengeResolver, resolveChallenge } from '../sdk/scope-challenges.ts';
import { ServerTransport } from '../sdk/server-transport.ts';
import { createInputRounds } from './input-rounds.ts';
import type { QuestionIds } from './question-ids.ts';
import { createRequestIds } from './request-ids.ts';

interface SendOptions {
  readonly relatedRequestId?: RequestId;
}

/** What the transports of all sessions share. */
interface TransportContext {
  readonly calls: RunningCalls;
  readonly log: Log;
}

/** Notifications that belong to the request whose handler sends them, even if the handler does not name the request. */
const REQUEST_SCOPED = new Set(['notifications/message', 'notifications/progress']);

/**
 * Carries a session's messages between the user's server and the pod. It satisfies the `Transport` of SDK v1 and of v2. It has no connection: the pod
 * is responsible for streams and resumption.
 */
export class SessionTransport extends ServerTransport implements RoundsTransport {
  readonly sessionId: string;
  readonly #outlet: Outlet;
  readonly #questions: QuestionIds;
  readonly #requests = createRequestIds();
  #released = false;
  #closed = false;
  #resolver: ChallengeResolver | undefined;
  /** The SDK does not say to which request an `elicitInput`, `createMessage` or `listRoots` belongs. The async context does. */
  readonly #calls: RunningCalls;
  /** The runs of the running requests for lists, each with the notification that would announce a change of its list. */
  readonly #listing = new Map<number, string>();
  /** The rounds of the requests whose handlers have ended with `input_required`, by run. */
  readonly #rounds = createInputRounds();
  /** Identifies the requests of this server. A handler may also send through another server. */
  readonly #owner = {};

  constructor(sessionId: string, outlet: Outlet, questions: QuestionIds, { calls, log }: TransportContext) {
    super(log);
    this.sessionId = sessionId;
    this.#outlet = outlet;
    this.#questions = questions;
    this.#calls = calls;
  }

  /** The SDK calls it at `connect`. */
  setScopeChallengeResolver(resolver: ChallengeResolver): void {
    this.#resolver = resolver;
  }

  /** The scopes that the server asks for before it runs a request. */
  challenge(request: JsonRpcRequest, { authInfo }: Caller): Promise<ScopeChallenge | undefined> | undefined {
    return resolveChallenge(this.#resolver, request, authInfo);
  }

  /** The pod is about to close the server, so this close does not end the session. */
  release(): void {
    this.#released = true;
  }

  /** The server has closed. This ends its session, unless the pod closed the server. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.onclose?.();
    } finally {
      if (!this.#released) this.#outlet.closed();
    }
  }

  /** Clients use ids again, so only the async context says which request has ended. */
  protected override ended(id: RequestId): void {
    const call = this.#current();
    const run = call?.run;
    if (run === undefined || this.#requests.runOf(id) !== run || !this.#outlet.awaits(run)) return;
    // The SDK has a queue of its own for the responses of v1 tasks, so this one may still come.
    if (!call?.plain) return;
    this.#end(id);
    this.#outlet.respond(run, this.failed(id, call));
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (isResponse(message)) {
      const response = this.leave(message, this.#callOf(message.id));
      const run = message.id === null ? undefined : this.#end(message.id);
      if (run !== undefined) this.#outlet.respond(run, response);
    } else if (isRequest(message)) {
      await this.#ask(message, this.#related(options));
    } else if (message.method === 'notifications/cancelled') {
      await this.#withdraw(message, options);
    } else if (!this.#isOfOwnList(message, options)) {
      const scoped = options?.relatedRequestId !== undefined || REQUEST_SCOPED.has(message.method);
      await this.#outlet.notify(message, scoped ? this.#related(options) : undefined);
    }
  }

  /** Hands a client's request to the server, or with a negative `run`, one of our own. */
  request(run: number, request: JsonRpcRequest | Omit<JsonRpcRequest, 'id'>, options: DeliveryOptions): void {
    const asked = 'id' in request ? request.id : undefined;
    const id = this.#requests.begin(run, asked);
    const message = id === asked ? (request as JsonRpcRequest) : { ...request, id };
    const change = changeOfList(message.method);
    if (change !== undefined) this.#listing.set(run, change);
    const call = new RunningCall(message, this.sessionId, this.#owner, run);
    this.#calls.run(call, () => this.enter(message, messageExtra(options)));
  }

  /** Hands a client's notification or answer to the server. Drops an answer or progress that nothing waits for. */
  deliver(message: JsonRpcNotification | JsonRpcResponse, options: DeliveryOptions): void {
    if (isResponse(message)) {
      const local = this.#questions.localAnswer(message);
      if (local !== undefined) this.enterAnswer(local, messageExtra(options));
      return;
    }
    const local = this.#questions.localProgress(message);
    if (local !== undefined) this.enter(local, messageExtra(options));
  }

  roundBegins(id: RequestId, asked: InputRequired): void {
    const run = this.#requests.runOf(id);
    if (run !== undefined) this.#rounds.begin(run, asked);
  }

  /** Aborts the handler of a request. The SDK sends nothing more for it. */
  abort(run: number, reason: string | undefined): void {
    const id = this.#requests.idOf(run);
    if (id === undefined) return;
    this.#listing.delete(run);
    this.#rounds.end(run);
    this.#requests.giveUp(id);
    this.abortHandler(id, reason);
  }

  /** Notes that the request with this id has ended, and returns its run. */
  #end(id: RequestId): number | undefined {
    const run = this.#requests.end(id);
    if (run !== undefined) {
      this.#listing.delete(run);
      this.#rounds.end(run);
    }
    return run;
  }

  /** Whether a handler announces a change of the list that it is answering. */
  #isOfOwnList({ method }: JsonRpcNotification, options: SendOptions | undefined): boolean {
    if (this.#listing.size === 0) return false;
    const named = options?.relatedRequestId;
    const run = named === undefined ? this.#current()?.run : this.#requests.runOf(named);
    return run !== undefined && this.#listing.get(run) === method;
  }

  /** The call of this server to which the current code belongs. */
  #current(): RunningCall | undefined {
    const running = this.#calls.current();
    return running?.owner === this.#owner ? running : undefined;
  }

  /** The call with this id, if the async context still knows it. */
  #callOf(id: RequestId | null): RunningCall | undefined {
    const running = this.#current();
    return running?.id === id ? running : undefined;
  }

  /** The request of a message. Undefined: it belongs to the session. Throws, as the SDK's transport does, if the handler names one that has ended. */
  #related(options: SendOptions | undefined): Related | undefined {
    const id = options?.relatedRequestId;
    const current = this.#current();
    if (id === undefined) return relatedTo(current?.run, false);
    const run = this.#requests.runOf(id);
    // Clients use ids again, so the id of a request that has ended may now belong to another request.
    const isAnother = current?.id === id && current.run !== run;
    if (run === undefined || isAnother) throw new Error(`No connection established for request ID: ${String(id)}`);
    return relatedTo(run, true);
  }

  async #ask(request: JsonRpcRequest, related: Related | undefined): Promise<void> {
    const marked = related?.named === true ? this.#rounds.mark(related.run, request) : request;
    const shared = this.#questions.share(marked);
    try {
      await this.#outlet.ask(shared.id, shared, related);
    } catch (error) {
      this.#questions.forget(request.id);
      throw error;
    }
  }

  /** Tells the client that a question is withdrawn. If the request has ended, the message goes to the standing stream. */
  async #withdraw(notification: JsonRpcNotification, options: SendOptions | undefined): Promise<void> {
    const named = options?.relatedRequestId;
    const run = (named === undefined ? undefined : this.#requests.runOf(named)) ?? this.#current()?.run;
    const local = notification.params?.['requestId'] as RequestId;
    const question = this.#questions.forget(local);
    if (question === undefined) return;
    const params = { ...notification.params, requestId: question };
    await this.#outlet.withdraw(question, { ...notification, params }, relatedTo(run, false));
  }
}

/** The request to which a message belongs. Undefined for one of our own requests (its run is negative), because no client waits for it. */
function relatedTo(run: number | undefined, named: boolean): Related | undefined {
  return run === undefined || run < 0 ? undefined : { run, named };
}
