import type { Caller } from '../../core/caller.ts';
import {
  isRequest,
  isRequestId,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json-rpc.ts';
import { metaFault } from '../../core/meta.ts';
import type { Reply } from '../../core/reply.ts';
import { RPC, rpcError } from '../../core/rpc-error.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { PodContext } from '../context/context.ts';
import { tooLate } from '../context/too-late.ts';
import type { PodParts } from '../peers/inbox-handler.ts';
import { EARLY_CANCELLATION_MS } from '../sessions/arrivals.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { sessionNotFound } from '../sessions/session-cache.ts';
import { Exchange } from '../streams/exchange.ts';
import type { SessionRequests } from './session-requests.ts';

/** Takes a client's POST in: requests become an exchange, all else is acted on and acknowledged. */
export class PostHandler {
  readonly #context: PodContext;
  readonly #parts: PodParts;
  readonly #own: SessionRequests;

  constructor(context: PodContext, parts: PodParts, own: SessionRequests) {
    this.#context = context;
    this.#parts = parts;
    this.#own = own;
  }

  /** Answers `reply`; `live` is in use and stays so for as long as an exchange runs. */
  async post(
    live: LiveSession,
    messages: readonly JsonRpcMessage[],
    batch: boolean,
    caller: Caller,
    reply: Reply,
  ): Promise<void> {
    const requests = messages.filter(isRequest);
    for (const message of messages) {
      if (isRequest(message)) continue;
      if (isResponse(message)) await this.#answer(live, message);
      else await this.#notice(live, message, caller);
    }
    const [first, ...others] = requests;
    if (first === undefined) return reply.empty(202);
    await this.#run(live, [first, ...others], batch, caller, reply);
  }

  async #run(
    live: LiveSession,
    requests: readonly [JsonRpcRequest, ...JsonRpcRequest[]],
    batch: boolean,
    caller: Caller,
    reply: Reply,
  ): Promise<void> {
    const server = await live.server(caller);
    if (this.#context.departed()) throw tooLate();
    if (live.ended) return reply.json(404, JSON.stringify(sessionNotFound(requests[0].id)));
    live.uses += 1;
    const exchange = new Exchange(this.#context, this.#parts.followers, {
      session: live.id,
      protocolVersion: live.session.record.protocolVersion,
      requests,
      batch,
      to: { reply },
      onEnd: () => this.#parts.sessions.release(live),
      onLost: (lost) => this.#context.background.run('drop lost exchange', live.drop(lost, caller)),
    });
    for (const request of requests) {
      live.arrivals.arrived(request.id);
      if (live.arrivals.mayBeCancelled(request.id) && (await this.#wasCancelled(live, request.id))) {
        exchange.respond(cancelledEarly(request.id));
      } else await this.#dispatch(live, server, exchange, request, caller);
    }
  }

  /** Whether the cancellation of this request overtook it. Where the store cannot tell, the request runs: a call is never swallowed. */
  #wasCancelled(live: LiveSession, request: RequestId): Promise<boolean> {
    const { store, log } = this.#context;
    return store.sessions.takeCancelled(live.id, request).catch((err: unknown) => {
      log.warn({ err }, 'a request runs though it may have been cancelled before it came');
      return false;
    });
  }

  async #dispatch(
    live: LiveSession,
    server: HostedServer,
    exchange: Exchange,
    request: JsonRpcRequest,
    caller: Caller,
  ): Promise<void> {
    // It may have ended while the store was asked, and a server that is closed answers nothing.
    if (live.ended) return exchange.abort(sessionNotFound, 404);
    const fault = metaFault(request);
    if (fault !== undefined) return exchange.respond(rpcError(request.id, RPC.invalidParams, fault));
    const ours = this.#own.find(request.method, server);
    if (ours !== undefined) {
      exchange.respond(await ours(live, request));
      return;
    }
    server.request(live.begin(exchange, request.id), request, {
      caller,
      ...(exchange.resumable ? { closeStream: () => exchange.closeConnection() } : {}),
    });
  }

  /**
   * Progress and answer of a question go through its owner's inbox, also where this pod is the owner: the inbox keeps the order in which
   * they were acknowledged.
   */
  async #answer(live: LiveSession, answer: JsonRpcResponse): Promise<void> {
    const { store } = this.#context;
    const question = String(answer.id);
    const owner = await store.questions.answer(live.id, question, JSON.stringify(answer));
    if (owner !== undefined) await store.inbox.send(owner, { type: 'answered', session: live.id, question });
  }

  async #notice(live: LiveSession, notification: JsonRpcNotification, caller: Caller): Promise<void> {
    const { method, params } = notification;
    if (method === 'notifications/cancelled') await this.#cancel(live, params ?? {}, caller);
    else if (method === 'notifications/progress') await this.#progress(live, notification);
    else await this.#deliver(live, notification, caller);
  }

  async #deliver(live: LiveSession, notification: JsonRpcNotification, caller: Caller): Promise<void> {
    const server = await live.server(caller);
    if (!live.ended) server.deliver(notification, { caller });
  }

  async #cancel(live: LiveSession, params: Readonly<Record<string, unknown>>, caller: Caller): Promise<void> {
    const request = params['requestId'];
    if (!isRequestId(request)) return;
    const text = params['reason'];
    const reason = typeof text === 'string' ? { reason: text } : {};
    if (await live.cancel(request, reason.reason, caller)) return;
    // An id that came here lately may be used again elsewhere, so the others are asked all the same.
    const isEarly = !live.arrivals.hasArrived(request);
    if (isEarly) live.arrivals.cancelled(request);
    const { store, pod } = this.#context;
    const pods = (await store.sessions.cancel(live.id, request, isEarly ? EARLY_CANCELLATION_MS : 0)) ?? [];
    const message = { type: 'cancelled', session: live.id, request, ...reason, from: pod } as const;
    // Whoever has had the request takes back what is remembered, before the client may use its id again.
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

/** The client may be waiting after all, for instance where it uses one id for all, so it gets an answer. */
function cancelledEarly(id: RequestId): JsonRpcResponse {
  const message = 'This request was cancelled before it began, so it was not run. Call again if it should run.';
  return rpcError(id, RPC.internal, message, { reason: 'cancelled' });
}
