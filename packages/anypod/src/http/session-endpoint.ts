import type { Caller } from '../core/caller.ts';
import { isRequest, type JsonRpcMessage, type JsonRpcRequest } from '../core/json/json-rpc.ts';
import { RPC } from '../core/json/rpc-error.ts';
import type { Reply } from '../core/reply.ts';
import type { Pod } from '../pod/pod.ts';
import type { LiveSession } from '../pod/sessions/live-session.ts';
import { sessionNotFound } from '../pod/sessions/session-cache.ts';
import { holdThroughOutage, repeatThroughOutage } from './reply/hold.ts';
import { Refusal } from './reply/refusal.ts';
import { headerOf, type Incoming } from './request/incoming.ts';
import { idOf, parseBatch, parseMessage } from './request/messages.ts';
import { requireAcceptsEvents, requireKnownVersion } from './request/negotiation.ts';

/** Serves the requests of sessions: finds the session and passes the request to the pod. */
export interface SessionEndpoint {
  /** `body` is parsed JSON. */
  post(body: unknown, incoming: Incoming, reply: Reply): Promise<void>;
  get(incoming: Incoming, reply: Reply): Promise<void>;
  end(incoming: Incoming, reply: Reply): Promise<void>;
}

export function createSessionEndpoint(pod: Pod): SessionEndpoint {
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

  async function post(body: unknown, incoming: Incoming, reply: Reply): Promise<void> {
    const { caller } = incoming;
    const alone = Array.isArray(body) ? undefined : parseMessage(body);
    if (alone !== undefined && isInitialize(alone)) return pod.initialize(alone, caller, reply);
    const serve = () =>
      inSession(caller, reply, body, async (live) => {
        const messages = alone === undefined ? parseBatch(body, live.session.record.protocolVersion) : [alone];
        await pod.post(live, messages, alone === undefined, caller, reply);
      });
    await (alone === undefined || isRequest(alone) ? serve() : repeatThroughOutage(serve, incoming.signal()));
  }

  async function get({ caller }: Incoming, reply: Reply): Promise<void> {
    requireAcceptsEvents(caller);
    const lastEventId = headerOf(caller, 'last-event-id');
    const listen = (to: Reply) => inSession(caller, to, undefined, (live) => pod.listen(live, lastEventId, to, caller));
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

  return { post, get, end };
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
