import type { EventPlace } from '../../core/event-id.ts';
import type { Reply } from '../../core/reply.ts';
import { RPC, rpcError } from '../../core/rpc-error.ts';
import type { PodContext } from '../context/context.ts';
import type { PodParts } from '../peers/inbox-handler.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { sessionNotFound } from '../sessions/session-cache.ts';

/** Serves a GET: the standing stream, or with an exchange's event id the rest of that exchange. */
export type Listen = (live: LiveSession, lastEventId: string | undefined, reply: Reply) => Promise<void>;

export function createListen({ eventIds, meter }: PodContext, { sessions, standing, followers }: PodParts): Listen {
  async function stand(live: LiveSession, place: EventPlace | undefined, reply: Reply): Promise<void> {
    live.uses += 1;
    const release = () => sessions.release(live);
    const from = place?.kind === 'standing' ? place : undefined;
    const opened = await standing.open(live, from, reply, release).catch((error: unknown) => {
      release();
      throw error;
    });
    if (opened) return;
    release();
    reply.json(404, JSON.stringify(sessionNotFound(null)));
  }

  return async (live, lastEventId, reply) => {
    const place = lastEventId === undefined ? undefined : eventIds.parse(live.id, lastEventId);
    if (place?.kind === 'exchange') return followers.resume(live, place, reply);
    if (lastEventId !== undefined && place === undefined) {
      meter.resumed('refused');
      const message = 'Last-Event-ID is not an event id of this session. Open the stream without it.';
      return reply.json(400, JSON.stringify(rpcError(null, RPC.refused, message)));
    }
    await stand(live, place, reply);
  };
}
