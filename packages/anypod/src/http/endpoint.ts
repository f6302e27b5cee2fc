import type { Caller } from '../core/caller.ts';
import type { RequestEra } from '../core/meter.ts';
import type { ModernHandler } from '../core/server-host.ts';
import { claimsModern, isModern } from '../core/session/era.ts';
import { type Traces, traceIn } from '../core/traces.ts';
import type { Pod } from '../pod/pod.ts';
import { createFail, type DoorOptions, type Room } from './door.ts';
import type { MeteredReply } from './limits/metered-reply.ts';
import { headerOf, type Incoming } from './request/incoming.ts';
import { methodOf, parseModern } from './request/messages.ts';
import { answerForm, noEvents, requireJson, requireMethod } from './request/negotiation.ts';
import { createSessionEndpoint } from './session-endpoint.ts';

export interface EndpointOptions extends Pick<DoorOptions, 'gate' | 'meter' | 'limits'> {
  readonly pod: Pod;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
  readonly modern: ModernHandler;
}

/** Serves `/mcp` for both eras: checks a request, finds its session and passes it to the pod. */
export function createEndpoint(options: EndpointOptions): Room {
  const { pod, modern, gate, limits, traces } = options;
  const sessions = createSessionEndpoint(pod);
  const fail = createFail(options);

  function postModern(body: unknown, incoming: Incoming, reply: MeteredReply): Promise<void> {
    pod.admit();
    if (methodOf(body) === 'subscriptions/listen') {
      if (reply.form === 'json') throw noEvents();
      limits.listen(body, reply);
    }
    return modern.serve(parseModern(body), incoming.caller, incoming, reply);
  }

  async function post(incoming: Incoming, reply: MeteredReply): Promise<void> {
    const { caller } = incoming;
    requireJson(caller);
    const body = await receive(pod, incoming);
    try {
      const modernBody = isModern(body, headerOf(caller, 'mcp-protocol-version')) && !negotiatesSession(body);
      nameRequest(reply, body, modernBody ? 'modern' : 'legacy', caller, traces);
      reply.form = answerForm(caller);
      gate?.permit(caller, body);
      const counted = limits.read(body, reply, () => modernBody && modern.continues(body, caller));
      if (counted !== undefined) await counted;
      const serve = () => (modernBody ? postModern : sessions.post)(body, incoming, reply);
      await (reply.step === undefined ? serve() : reply.step.run(serve));
    } catch (error) {
      fail(reply, caller, body, error);
    }
  }

  function negotiatesSession(body: unknown): boolean {
    return !modern.takesInitialize && methodOf(body) === 'initialize' && !claimsModern(body);
  }

  return {
    requireMethod,
    resumes({ caller }) {
      const [session, eventId] = [headerOf(caller, 'mcp-session-id'), headerOf(caller, 'last-event-id')];
      return session !== undefined && eventId !== undefined && pod.placeOf(session, eventId) !== undefined;
    },
    serve(incoming, reply) {
      if (incoming.method === 'POST') return post(incoming, reply);
      const { method, caller } = incoming;
      return serveMethod(incoming, reply, traces, async () => {
        gate?.permit(caller, undefined);
        await (method === 'GET' ? sessions.get(incoming, reply) : sessions.end(incoming, reply));
      });
    },
  };
}

/** Names a POST for the meter, the log and the traces. An answer to a question belongs to the trace of its question. */
export function nameRequest(
  reply: MeteredReply,
  body: unknown,
  era: RequestEra,
  caller: Caller,
  traces: Traces | undefined,
): void {
  const method = methodOf(body);
  const isNamed = method === 'tools/call' || method === 'prompts/get';
  const name = isNamed ? (body as { params?: { name?: unknown } }).params?.name : undefined;
  reply.name(method, era, typeof name === 'string' ? name : undefined);
  if (traces === undefined) return;
  if (method === 'answer') reply.trace = traceIn(String((body as { id?: unknown }).id));
  else reply.step = traces.receive({ method, era, body, caller });
}

/** Names a request without a message for the meter, the log and the traces, and serves it as its own step. */
export async function serveMethod(
  { method, caller }: Incoming,
  reply: MeteredReply,
  traces: Traces | undefined,
  serve: () => Promise<void>,
): Promise<void> {
  reply.name(method, 'legacy');
  reply.step = traces?.request(method, caller, reply.began);
  await (reply.step === undefined ? serve() : reply.step.run(serve));
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
