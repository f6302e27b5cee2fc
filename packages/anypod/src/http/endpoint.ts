import { Denied } from '../core/denied.ts';
import { isModern } from '../core/era.ts';
import type { Gate } from '../core/gate.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import { ScopeChallenge } from '../core/scope-challenge.ts';
import type { ModernHandler } from '../core/server-host.ts';
import type { Pod } from '../pod/pod.ts';
import { admit, tokenEndOf } from './admission.ts';
import { createCors, withHeaders } from './cors.ts';
import type { EndpointReply } from './endpoint-reply.ts';
import { headerOf, type Incoming } from './incoming.ts';
import { idOf, methodOf, parseModern } from './messages.ts';
import { asksForMetadata, serveMetadata } from './metadata.ts';
import { MeteredReply } from './metered-reply.ts';
import { answerForm, noEvents, requireJson, requireMethod } from './negotiation.ts';
import { createOriginGuard, type OriginGuardOptions } from './origin-guard.ts';
import { Refusal, refuse } from './refusal.ts';
import { createSessionEndpoint } from './session-endpoint.ts';

export interface EndpointOptions extends OriginGuardOptions {
  readonly pod: Pod;
  readonly modern: ModernHandler;
  readonly log: Log;
  readonly meter: Meter;
  /** Decides who may call. Undefined: everybody, as whom the server in front of this one says. */
  readonly gate?: Gate | undefined;
  /** How long clients wait before they reconnect a stream whose token has expired, in ms. */
  readonly retryMs: number;
}

/** Serves `/mcp` for both eras: checks a request, finds its session and passes it to the pod. Never rejects. */
export type Endpoint = (incoming: Incoming, reply: EndpointReply) => Promise<void>;

export function createEndpoint({ pod, modern, log, meter, gate, retryMs, ...guardOptions }: EndpointOptions): Endpoint {
  const guard = createOriginGuard(guardOptions);
  const { allowedOrigins } = guardOptions;
  const cors = allowedOrigins && createCors(allowedOrigins);
  const sessions = createSessionEndpoint(pod);

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
      gate?.permit(caller, body);
      await (modernBody ? postModern : sessions.post)(body, incoming, reply);
    } catch (error) {
      report(error);
      const challenged = error instanceof ScopeChallenge && gate !== undefined;
      refuse(reply, idOf(body), challenged ? gate.challenge(caller, body, error) : error);
    }
  }

  function negotiatesSession(body: unknown): boolean {
    return !modern.takesInitialize && methodOf(body) === 'initialize';
  }

  function report(error: unknown): void {
    if (!(error instanceof Refusal || error instanceof Denied || error instanceof ScopeChallenge))
      log.warn({ err: error }, 'a request failed');
  }

  async function serve(incoming: Incoming, reply: MeteredReply): Promise<void> {
    const { method, caller } = incoming;
    const { authInfo } = caller;
    if (authInfo !== undefined) reply.tokenEnd = tokenEndOf(authInfo, retryMs);
    if (method === 'POST') return post(incoming, reply);
    reply.name(method, 'legacy');
    gate?.permit(caller, undefined);
    await (method === 'GET' ? sessions.get(incoming, reply) : sessions.end(incoming, reply));
  }

  return async (incoming, answer) => {
    if (gate !== undefined && asksForMetadata(incoming)) return serveMetadata(gate, incoming, answer);
    const headers = cors?.headersFor(incoming.caller);
    const reply = new MeteredReply(headers === undefined ? answer : withHeaders(answer, headers), meter);
    try {
      guard(headerOf(incoming.caller, 'host') ?? '', headerOf(incoming.caller, 'origin'));
      if (headers !== undefined && incoming.method === 'OPTIONS')
        return reply.empty(204, cors?.preflight(incoming.caller));
      requireMethod(incoming);
      await serve(gate === undefined ? incoming : await admit(incoming, gate), reply);
    } catch (error) {
      report(error);
      refuse(reply, null, error);
    }
  };
}

/** Counts the request from its first byte, so that a pod that shuts down waits for it. */
async function receive(pod: Pod, incoming: Incoming): Promise<unknown> {
  pod.receiving += 1;
  try {
    return await incoming.body();
  } finally {
    pod.receiving -= 1;
  }
}
