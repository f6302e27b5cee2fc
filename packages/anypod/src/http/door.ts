import type { Caller } from '../core/caller.ts';
import type { Gate } from '../core/gate.ts';
import { Limited } from '../core/limited.ts';
import type { Meter } from '../core/meter.ts';
import { ScopeChallenge } from '../core/scope-challenge.ts';
import type { Traces } from '../core/traces.ts';
import { admit, tokenEndOf } from './limits/admission.ts';
import type { Limits } from './limits/limits.ts';
import { MeteredReply } from './limits/metered-reply.ts';
import type { EndpointReply } from './reply/endpoint-reply.ts';
import { withErrorLinks } from './reply/error-links.ts';
import { refusalReasonOf, refuse } from './reply/refusal.ts';
import type { RequestLog } from './reply/request-log.ts';
import { createCors, withHeaders } from './request/cors.ts';
import { headerOf, type Incoming } from './request/incoming.ts';
import { idOf } from './request/messages.ts';
import { asksForMetadata, serveMetadata } from './request/metadata.ts';
import { createOriginGuard, type OriginGuardOptions } from './request/origin-guard.ts';

/** Answers a request. Never rejects. */
export type Endpoint = (incoming: Incoming, reply: EndpointReply) => Promise<void>;

/** What lies behind the door. `requireMethod` and `serve` throw a refusal. */
export interface Room {
  /** Throws `Refusal` 405 for a method that is not served here. */
  requireMethod(incoming: Incoming): void;
  /** Whether a GET continues a stream of which anypod has given it a genuine event id. */
  resumes(incoming: Incoming): boolean;
  /** Serves a request that was let in. */
  serve(incoming: Incoming, reply: MeteredReply): Promise<void>;
}

export interface DoorOptions extends OriginGuardOptions {
  readonly meter: Meter;
  readonly requests: RequestLog;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
  /** Called before each request is served. May throw an `AnypodError`. */
  readonly before?: (() => Promise<void>) | undefined;
  /** Decides who may call. Undefined: everybody, as whom the server in front of this one says. */
  readonly gate?: Gate | undefined;
  /** How long clients wait before they reconnect a stream whose token has expired, in ms. */
  readonly retryMs: number;
  readonly limits: Limits;
  /** The page that explains errors. Undefined: errors have no link. */
  readonly errorsUrl?: string | undefined;
}

/** Lets requests in: checks host and origin, answers preflights and requests for the metadata, and verifies who calls. */
export function createDoor(options: DoorOptions, roomOf: (incoming: Incoming) => Room): Endpoint {
  const { gate, meter, requests, traces, before, retryMs, limits, allowedOrigins, errorsUrl } = options;
  const guard = createOriginGuard(options);
  const cors = allowedOrigins && createCors(allowedOrigins);
  const fail = createFail(options);

  async function enter(incoming: Incoming, reply: MeteredReply): Promise<void> {
    const room = roomOf(incoming);
    room.requireMethod(incoming);
    if (before !== undefined) await before();
    const isGet = incoming.method === 'GET';
    const resumes = isGet && room.resumes(incoming);
    limits.arrive(incoming, reply, resumes);
    const admitted = gate === undefined ? incoming : await admit(incoming, gate);
    reply.caller = admitted.caller;
    const { authInfo } = admitted.caller;
    if (authInfo !== undefined) reply.tokenEnd = tokenEndOf(authInfo, retryMs);
    const counted = limits.enter === undefined ? admitted : await limits.enter(admitted, reply, resumes);
    if (isGet) limits.openStream(reply, resumes);
    await room.serve(counted, reply);
  }

  return async (incoming, plain) => {
    const answer = errorsUrl === undefined ? plain : withErrorLinks(plain, errorsUrl);
    if (gate !== undefined && asksForMetadata(incoming)) return serveMetadata(gate, incoming, answer);
    const { caller, method } = incoming;
    const headers = cors?.headersFor(caller);
    const seen = headers === undefined ? answer : withHeaders(answer, headers);
    const reply = new MeteredReply(seen, meter, limits.load, requests);
    try {
      guard(headerOf(caller, 'host') ?? '', headerOf(caller, 'origin'));
      if (headers !== undefined && method === 'OPTIONS') reply.empty(204, cors?.preflight(caller));
      else await enter(incoming, reply);
    } catch (error) {
      reply.step ??= traces?.request(method, caller, reply.began);
      fail(reply, caller, undefined, error);
    }
  };
}

/** Answers a request that cannot be served. `body` is parsed JSON, if it is known. */
export type Fail = (reply: MeteredReply, caller: Caller, body: unknown, error: unknown) => void;

export function createFail({ gate, meter }: Pick<DoorOptions, 'gate' | 'meter'>): Fail {
  return (reply, caller, body, error) => {
    const challenged = error instanceof ScopeChallenge;
    if (error instanceof Limited) meter.limited(error.reason);
    const reason = refusalReasonOf(error);
    if (reason === undefined) reply.failed(error);
    else reply.reason = reason;
    refuse(reply, idOf(body), challenged && gate !== undefined ? gate.challenge(caller, body, error) : error);
  };
}
