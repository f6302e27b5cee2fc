import type { AuthInfo, Caller } from '../../core/caller.ts';
import {
  isRequest,
  isRequestId,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import { metaFault } from '../../core/json/meta.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Reply } from '../../core/reply.ts';
import type { HostedServer } from '../../core/server-host.ts';
import { inStep, placeIn } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import { tooLate } from '../context/too-late.ts';
import type { PodParts } from '../peers/inbox-handler.ts';
import { EARLY_CANCELLATION_MS } from '../sessions/arrivals.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { sessionNotFound } from '../sessions/session-cache.ts';
import { Exchange } from '../streams/exchange.ts';
import type { SessionRequests } from './session-requests.ts';

/** Handles a client's POST. Its requests become an exchange. Answers and notifications are acted on, then acknowledged. */
export class PostHandler {
  readonly #context: PodContext;
  readonly #parts: PodParts;
  readonly #sessionRequests: SessionRequests;

  constructor(context: PodContext, parts: PodParts, sessionRequests: SessionRequests) {
    this.#context = context;
    this.#parts = parts;
    this.#sessionRequests = sessionRequests;
  }

  /**
   * Serves the messages of a POST and answers `reply`. `live` must be in use, and stays in use while an exchange runs. Returns the exchange, if the POST
   * has requests.
   */
  async post(
    live: LiveSession,
    messages: readonly JsonRpcMessage[],
    batch: boolean,
    caller: Caller,
    reply: Reply,
  ): Promise<Exchange | undefined> {
    const requests = messages.filter(isRequest);
    for (const message of messages) {
      if (isRequest(message)) continue;
      if (isResponse(message)) await this.#answer(live, message, caller);
      else await this.#notice(live, message, caller);
    }
    const [first, ...others] = requests;
    if (live.ended) reply.json(404, JSON.stringify(sessionNotFound(first?.id ?? null)));
    else if (first === undefined) reply.empty(202);
    else return this.#run(live, [first, ...others], batch, caller, reply);
    return undefined;
  }

  async #run(
    live: LiveSession,
    requests: readonly [JsonRpcRequest, ...JsonRpcRequest[]],
    batch: boolean,
    caller: Caller,
    reply: Reply,
  ): Promise<Exchange | undefined> {
    const server = await live.server(caller);
    for (const request of requests) {
      // Before anything is answered, so that the refusal can be a status that makes clients step up.
      const asked = server.challenge(request, caller);
      const challenge = asked && (await asked);
      if (challenge !== undefined) throw challenge;
    }
    if (this.#context.departed()) throw tooLate();
    if (live.ended) {
      reply.json(404, JSON.stringify(sessionNotFound(requests[0].id)));
      return undefined;
    }
    live.uses += 1;
    const exchange = new Exchange(this.#context, this.#parts.followers, {
      session: live.id,
      protocolVersion: live.session.record.protocolVersion,
      requests,
      authInfo: this.#storable(caller),
      batch,
      to: { reply },
      onEnd: () => this.#parts.sessions.release(live),
      onLost: (lost) => this.#context.background.run('drop lost exchange', live.drop(lost, caller)),
    });
    for (const request of requests) {
      live.arrivals.arrived(request.id);
      if (live.arrivals.mayBeCancelled(request.id) && (await this.#wasCancelled(live, request.id))) {
        exchange.respond(cancelledEarly(request.id));
      } else this.#dispatch(live, server, exchange, request, caller);
    }
    return exchange;
  }

  /** What may be stored of a caller. A server that gets tokens could not run a call again without one. */
  #storable({ authInfo }: Caller): AuthInfo | undefined {
    return this.#context.verifiesCallers === true && authInfo?.token === '' ? authInfo : undefined;
  }

  /** Whether the cancellation of this request overtook it. If the store does not answer, the request runs, so that no call is lost. */
  #wasCancelled(live: LiveSession, request: RequestId): Promise<boolean> {
    const { store, log } = this.#context;
    return store.sessions.takeCancelled(live.id, request).catch((err: unknown) => {
      log.warn({ err }, 'a request runs though it may have been cancelled before it came');
      return false;
    });
  }

  #dispatch(
    live: LiveSession,
    server: HostedServer,
    exchange: Exchange,
    request: JsonRpcRequest,
    caller: Caller,
  ): void {
    // The session may have ended while the store was asked, and a closed server answers nothing.
    if (live.ended) {
      exchange.abort(sessionNotFound, 404);
      return;
    }
    const fault = metaFault(request);
    const ours = this.#sessionRequests.find(request.method, server);
    const refusal = fault === undefined ? ours?.refuse(request) : rpcError(request.id, RPC.invalidParams, fault);
    if (refusal !== undefined) {
      exchange.respond(refusal);
      return;
    }
    const filter = this.#context.filterOf?.(request.method, caller);
    const settle = ours && ((response: JsonRpcResponse) => ours.record(live, request, response));
    const run = live.begin(exchange, request.id, settle ?? (filter && (async (response) => filter(response))));
    if (ours !== undefined && !server.handles(request.method)) {
      live.outlet.respond(run, { jsonrpc: '2.0', id: request.id, result: {} });
      return;
    }
    server.request(run, request, {
      caller,
      ...(exchange.resumable ? { closeStream: () => exchange.closeConnection() } : {}),
    });
  }

  /**
   * Stores an answer and mails it to the question's owner. Progress and answers go through the owner's inbox even if this pod is the owner, because the
   * inbox keeps the order in which they were acknowledged.
   */
  async #answer(live: LiveSession, answer: JsonRpcResponse, caller: Caller): Promise<void> {
    const { store, traces } = this.#context;
    const question = String(answer.id);
    const take = async () => {
      const owner = await store.questions.answer(live.id, question, JSON.stringify(answer));
      if (owner === undefined) return;
      const trace = traces?.here();
      const mail = { type: 'answered', session: live.id, question } as const;
      await store.inbox.send(owner, trace === undefined ? mail : { ...mail, trace });
    };
    await inStep(traces, 'anypod.answer', placeIn(question), take, caller);
  }

  async #notice(live: LiveSession, notification: JsonRpcNotification, caller: Caller): Promise<void> {
    const { method, params } = notification;
    if (method === 'notifications/cancelled') await this.#cancel(live, params ?? {}, caller);
    else if (method === 'notifications/progress') await this.#progress(live, notification);
    else await this.#deliver(live, notification, caller);
  }

  /** Notifies every server of the session. Builds one on this pod first, so that the notification reaches at least one. */
  async #deliver(live: LiveSession, { method, params }: JsonRpcNotification, caller: Caller): Promise<void> {
    const { sessions, confirmations } = this.#parts;
    await live.server(caller);
    const notification = { method, ...(params !== undefined && { params }) };
    const noted = await this.#context.store.sessions.note(live.id, notification);
    if (noted === undefined) {
      await sessions.ended(live.id);
      return;
    }
    const number = noted.number === undefined ? {} : { number: noted.number };
    await Promise.all([
      sessions.notified(live.id, { ...notification, ...number }),
      confirmations.tell('session-changed', live.id, noted.pods, { ...number, data: JSON.stringify(notification) }),
    ]);
  }

  async #cancel(live: LiveSession, params: Readonly<Record<string, unknown>>, caller: Caller): Promise<void> {
    const request = params['requestId'];
    if (!isRequestId(request)) return;
    const text = params['reason'];
    const reason = typeof text === 'string' ? { reason: text } : {};
    if (await live.cancel(request, reason.reason, caller)) return;
    // The client may have used an id of a recent request again on another pod. So the other pods are always told.
    const isEarly = !live.arrivals.hasArrived(request);
    if (isEarly) live.arrivals.cancelled(request);
    const { store, pod } = this.#context;
    const pods = (await store.sessions.cancel(live.id, request, isEarly ? EARLY_CANCELLATION_MS : 0)) ?? [];
    const message = { type: 'cancelled', session: live.id, request, ...reason, from: pod } as const;
    // A pod that has had the request removes the stored cancellation before the client may use the id again.
    await this.#parts.confirmations.send(pods, (ack) => ({ ...message, ack }), EARLY_CANCELLATION_MS);
  }

  async #progress(live: LiveSession, notification: JsonRpcNotification): Promise<void> {
    const { store } = this.#context;
    const question = String(notification.params?.['progressToken']);
    const owner = await store.questions.owner(live.id, question);
    if (owner === undefined) return;
    const data = JSON.stringify(notification);
    await store.inbox.send(owner, { type: 'question-progress', session: live.id, question, data });
  }
}

/** The answer to a request that was cancelled before it came. The client may still wait for one, for example if it uses one id for all requests. */
function cancelledEarly(id: RequestId): JsonRpcResponse {
  const message = 'This request was cancelled before it began, so it was not run. Call again if it should run.';
  return rpcError(id, RPC.internal, message, { reason: 'cancelled' });
}
