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
import type { Reply } from '../../core/reply.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { PodContext } from '../context/context.ts';
import { hand, type PodParts, takeAnswer } from '../peers/inbox-handler.ts';
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
    if (live.ended) return reply.json(404, JSON.stringify(sessionNotFound(first?.id ?? null)));
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
      if (live.wasCancelled(request.id)) exchange.cancel(request.id);
      else this.#dispatch(live, server, exchange, request, caller);
    }
  }

  #dispatch(
    live: LiveSession,
    server: HostedServer,
    exchange: Exchange,
    request: JsonRpcRequest,
    caller: Caller,
  ): void {
    const ours = this.#own.find(request.method, server);
    const refusal = ours?.refuse(request);
    if (refusal !== undefined) {
      exchange.respond(refusal);
      return;
    }
    const id = live.begin(exchange, request.id, ours && ((response) => ours.record(live, request, response)));
    if (ours !== undefined && !server.handles(request.method)) {
      live.outlet.respond(id, { jsonrpc: '2.0', id, result: {} });
      return;
    }
    server.deliver(
      { ...request, id },
      {
        caller,
        ...(exchange.resumable ? { closeStream: () => exchange.closeConnection() } : {}),
      },
    );
  }

  async #answer(live: LiveSession, answer: JsonRpcResponse): Promise<void> {
    const { store, pod } = this.#context;
    const question = String(answer.id);
    const owner = await store.questions.answer(live.id, question, JSON.stringify(answer));
    if (owner === pod) await takeAnswer(this.#context, this.#parts.sessions, live.id, question);
    else if (owner !== undefined) await store.inbox.send(owner, { type: 'answered', session: live.id, question });
  }

  async #notice(live: LiveSession, notification: JsonRpcNotification, caller: Caller): Promise<void> {
    const { method, params } = notification;
    if (method === 'notifications/cancelled') await this.#cancel(live, params ?? {}, caller);
    else if (method === 'notifications/progress') await this.#progress(live, notification);
    else await this.#deliver(live, notification, caller);
  }

  /** Notifies every server of the session. This pod has one from now on, so that the notification reaches one at least. */
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
    const request = params['requestId'] as RequestId;
    const text = params['reason'];
    const reason = typeof text === 'string' ? { reason: text } : {};
    if (await live.cancel(request, reason.reason, caller)) return;
    live.cancelEarly(request);
    const { store, pod } = this.#context;
    const pods = (await store.sessions.cancel(live.id, request)) ?? [];
    const others = pods.filter((other) => other !== pod);
    const message = { type: 'cancelled', session: live.id, request, ...reason } as const;
    await Promise.all(others.map((other) => store.inbox.send(other, message)));
  }

  async #progress(live: LiveSession, notification: JsonRpcNotification): Promise<void> {
    const { store, pod } = this.#context;
    const question = String(notification.params?.['progressToken']);
    const owner = await store.questions.owner(live.id, question);
    const data = JSON.stringify(notification);
    if (owner === pod) await hand(this.#parts.sessions, live.id, data);
    else if (owner !== undefined) {
      await store.inbox.send(owner, { type: 'question-progress', session: live.id, question, data });
    }
  }
}
