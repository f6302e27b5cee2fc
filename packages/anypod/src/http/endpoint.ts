import type { Caller } from '../core/caller.ts';
import { isModern } from '../core/era.ts';
import { isRequest, type JsonRpcMessage, type JsonRpcRequest } from '../core/json-rpc.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { Reply } from '../core/reply.ts';
import { RPC } from '../core/rpc-error.ts';
import type { ModernHandler } from '../core/server-host.ts';
import type { Pod } from '../pod/pod.ts';
import type { LiveSession } from '../pod/sessions/live-session.ts';
import { sessionNotFound } from '../pod/sessions/session-cache.ts';
import type { EndpointReply } from './endpoint-reply.ts';
import { holdThroughOutage, repeatThroughOutage } from './hold.ts';
import { headerOf, type Incoming } from './incoming.ts';
import { idOf, methodOf, parseBatch, parseMessage, parseModern } from './messages.ts';
import { MeteredReply } from './metered-reply.ts';
import {
  answerForm,
  noEvents,
  requireAcceptsEvents,
  requireJson,
  requireKnownVersion,
  requireMethod,
} from './negotiation.ts';
import { createOriginGuard, type OriginGuardOptions } from './origin-guard.ts';
import { Refusal, refuse } from './refusal.ts';

export interface EndpointOptions extends OriginGuardOptions {
  readonly pod: Pod;
  readonly modern: ModernHandler;
  readonly log: Log;
  readonly meter: Meter;
}

/** Serves `/mcp` for both eras: checks a request, finds its session and passes it to the pod. Never rejects. */
export type Endpoint = (incoming: Incoming, reply: EndpointReply) => Promise<void>;

export function createEndpoint({ pod, modern, log, meter, ...guardOptions }: EndpointOptions): Endpoint {
  const guard = createOriginGuard(guardOptions);

  async function inSession(
    caller: Caller,
    reply: Reply,
    body: unknown,
    use: (live: LiveSession) => Promise<void>,
  ): Promise<void> {
    const live = await takeStreamable(pod, caller);
    if (live === undefined) return reply.json(404, JSON.stringify(sessionNotFound(idOf(body))));
    try {
      await use(live);
    } finally {
      pod.release(live);
    }
  }

  async function postLegacy(body: unknown, { caller, signal }: Incoming, reply: Reply): Promise<void> {
    const alone = Array.isArray(body) ? undefined : parseMessage(body);
    if (alone !== undefined && isInitialize(alone)) return pod.initialize(alone, caller, reply);
    const post = () =>
      inSession(caller, reply, body, async (live) => {
        const messages = alone === undefined ? parseBatch(body, live.session.record.protocolVersion) : [alone];
        await pod.post(live, messages, alone === undefined, caller, reply);
      });
    await (alone === undefined || isRequest(alone) ? post() : repeatThroughOutage(post, signal()));
  }

  async function postModern(body: unknown, { caller, signal }: Incoming, reply: MeteredReply): Promise<void> {
    if (reply.form === 'json' && methodOf(body) === 'subscriptions/listen') throw noEvents();
    await modern.serve(parseModern(body), caller, signal, reply);
  }

  async function post(incoming: Incoming, reply: MeteredReply): Promise<void> {
    const { caller } = incoming;
    requireJson(caller);
    const body = await receive(pod, incoming);
    try {
      const modernBody = isModern(body, headerOf(caller, 'mcp-protocol-version')) && !negotiatesSession(body);
      reply.name(methodOf(body), modernBody ? 'modern' : 'legacy');
      reply.form = answerForm(caller);
      await (modernBody ? postModern : postLegacy)(body, incoming, reply);
    } catch (error) {
      report(error);
      refuse(reply, idOf(body), error);
    }
  }

  function negotiatesSession(body: unknown): boolean {
    return !modern.takesInitialize && methodOf(body) === 'initialize';
  }

  async function get({ caller }: Incoming, reply: Reply): Promise<void> {
    requireAcceptsEvents(caller);
    const lastEventId = headerOf(caller, 'last-event-id');
    const listen = (to: Reply) => inSession(caller, to, undefined, (live) => pod.listen(live, lastEventId, to));
    await holdThroughOutage(listen, reply, () => {
      const place = lastEventId === undefined ? undefined : pod.placeOf(sessionIdOf(caller), lastEventId);
      return place?.kind === 'exchange' ? place.request : undefined;
    });
  }

  async function end({ caller }: Incoming, reply: Reply): Promise<void> {
    await inSession(caller, reply, undefined, async (live) => {
      if (await pod.end(live)) reply.empty(200);
      else reply.json(404, JSON.stringify(sessionNotFound(null)));
    });
  }

  function report(error: unknown): void {
    if (!(error instanceof Refusal)) log.warn({ err: error }, 'a request failed');
  }

  return async (incoming, answer) => {
    const reply = new MeteredReply(answer, meter);
    try {
      guard(headerOf(incoming.caller, 'host') ?? '', headerOf(incoming.caller, 'origin'));
      requireMethod(incoming);
      if (incoming.method === 'POST') return await post(incoming, reply);
      reply.name(incoming.method, 'legacy');
      if (incoming.method === 'GET') await get(incoming, reply);
      else await end(incoming, reply);
    } catch (error) {
      report(error);
      refuse(reply, null, error);
    }
  };
}

/** Counts the request from its first byte, so that a pod that shuts down waits for it. */
export async function receive(pod: Pod, incoming: Incoming): Promise<unknown> {
  pod.receiving += 1;
  try {
    return await incoming.body();
  } finally {
    pod.receiving -= 1;
  }
}

/** Takes the caller's session into use. A session of HTTP+SSE is unknown here: its client takes answers on its own stream only. */
async function takeStreamable(pod: Pod, caller: Caller): Promise<LiveSession | undefined> {
  const live = await pod.take(sessionIdOf(caller), caller);
  if (live?.session.record.transport !== 'sse') return live;
  pod.release(live);
  return undefined;
}

function sessionIdOf(caller: Caller): string {
  requireKnownVersion(caller);
  const id = headerOf(caller, 'mcp-session-id');
  if (id !== undefined) return id;
  throw new Refusal(400, RPC.refused, 'Mcp-Session-Id is missing. Send the id that initialize answered with.');
}

function isInitialize(message: JsonRpcMessage): message is JsonRpcRequest {
  return isRequest(message) && message.method === 'initialize';
}
