import { isRequest } from '../core/json/json-rpc.ts';
import { RPC } from '../core/json/rpc-error.ts';
import type { Traces } from '../core/traces.ts';
import type { Pod } from '../pod/pod.ts';
import { sessionNotFound } from '../pod/sessions/session-cache.ts';
import { createFail, type DoorOptions, type Room } from './door.ts';
import { nameRequest, receive, serveMethod } from './endpoint.ts';
import type { MeteredReply } from './limits/metered-reply.ts';
import { repeatThroughOutage } from './reply/hold.ts';
import { Refusal } from './reply/refusal.ts';
import { MESSAGES, pathOf, siblingOf } from './request/endpoint-path.ts';
import { headerOf, type Incoming } from './request/incoming.ts';
import { idOf, parseBatch, parseMessage } from './request/messages.ts';
import { requireAcceptsEvents, requireJson } from './request/negotiation.ts';

export interface SseEndpointOptions extends Pick<DoorOptions, 'gate' | 'meter' | 'limits'> {
  readonly pod: Pod;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
}

/** Serves HTTP+SSE (2024-11-05): a GET opens the client's stream, and a POST brings its messages. */
export function createSseEndpoint(options: SseEndpointOptions): Room {
  const { pod, gate, limits, traces } = options;
  const fail = createFail(options);

  async function open({ caller }: Incoming, reply: MeteredReply): Promise<void> {
    gate?.permit(caller, undefined);
    requireAcceptsEvents(caller);
    const messages = siblingOf(pathOf(caller.url ?? '/'), MESSAGES);
    const addressOf = (session: string) => `${messages}?sessionId=${session}`;
    await pod.openSse(caller, headerOf(caller, 'last-event-id'), addressOf, reply);
  }

  async function post(incoming: Incoming, reply: MeteredReply): Promise<void> {
    const { caller } = incoming;
    requireJson(caller);
    const id = sessionIn(caller.url ?? '/');
    const body = await receive(pod, incoming);
    nameRequest(reply, body, 'legacy', caller, traces);
    const alone = Array.isArray(body) ? undefined : parseMessage(body);
    const deliverIt = () => deliver(id, body, alone, incoming, reply);
    const { step } = reply;
    const act = step === undefined ? deliverIt : () => step.run(deliverIt);
    try {
      gate?.permit(caller, body);
      await limits.read(body, reply, () => false);
      await (alone === undefined || isRequest(alone) ? act() : repeatThroughOutage(act, incoming.signal()));
    } catch (error) {
      fail(reply, incoming.caller, body, error);
    }
  }

  async function deliver(
    id: string,
    body: unknown,
    alone: ReturnType<typeof parseMessage> | undefined,
    { caller }: Incoming,
    reply: MeteredReply,
  ): Promise<void> {
    const live = await pod.take(id, caller);
    try {
      if (live?.session.record.transport !== 'sse') return reply.json(404, JSON.stringify(sessionNotFound(idOf(body))));
      const messages = alone === undefined ? parseBatch(body, live.session.record.protocolVersion) : [alone];
      await pod.postSse(live, messages, alone === undefined, caller, reply);
    } finally {
      if (live !== undefined) pod.release(live);
    }
  }

  return {
    requireMethod({ method, caller }) {
      const serves = pathOf(caller.url ?? '/').endsWith(MESSAGES) ? 'POST' : 'GET';
      if (method === serves) return;
      throw new Refusal(405, RPC.refused, `${method} is not served here. Use ${serves}.`, { allow: serves });
    },
    resumes: ({ caller }) => pod.resumesSse(headerOf(caller, 'last-event-id')),
    serve: (incoming, reply) =>
      incoming.method === 'GET'
        ? serveMethod(incoming, reply, traces, () => open(incoming, reply))
        : post(incoming, reply),
  };
}

function sessionIn(url: string): string {
  const id = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('sessionId');
  if (id !== null) return id;
  throw new Refusal(400, RPC.refused, 'sessionId is missing. Post to the address that the endpoint event names.');
}
