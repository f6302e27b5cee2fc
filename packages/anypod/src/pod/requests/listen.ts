import type { Caller } from '../../core/caller.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Reply } from '../../core/reply.ts';
import type { EventPlace } from '../../core/session/event-id.ts';
import { inStep, placeIn } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import type { PodParts } from '../peers/inbox-handler.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { sessionNotFound } from '../sessions/session-cache.ts';

/** Serves a GET with the standing stream, or if it has an exchange's event id, with the rest of that exchange. */
export type Listen = (
  live: LiveSession,
  lastEventId: string | undefined,
  reply: Reply,
  caller: Caller,
) => Promise<void>;

/** Creates `Listen`. An open stream keeps its session in use. */
export function createListen(context: PodContext, { sessions, followers, standing }: PodParts): Listen {
  /** Keeps the session in use while a stream is open. `open` returns whether it has opened one, and that stream calls `onEnd` when it ends. */
  async function holdWhileOpen(live: LiveSession, open: (onEnd: () => void) => Promise<boolean>): Promise<boolean> {
    live.uses += 1;
    const release = () => sessions.release(live);
    const opened = await open(release).catch((error: unknown) => {
      release();
      throw error;
    });
    if (!opened) release();
    return opened;
  }

  async function stand(live: LiveSession, place: EventPlace | undefined, reply: Reply): Promise<void> {
    const from = place?.kind === 'standing' ? place : undefined;
    const opened = await holdWhileOpen(live, (onEnd) => standing.open(live, from, reply, onEnd));
    if (!opened) reply.json(404, JSON.stringify(sessionNotFound(null)));
  }

  return async (live, lastEventId, reply, caller) => {
    const place = lastEventId === undefined ? undefined : context.eventIds.parse(live.id, lastEventId);
    if (place?.kind === 'exchange') {
      const resume = () => holdWhileOpen(live, (onEnd) => followers.resume(live, place, reply, onEnd));
      await inStep(context.traces, 'anypod.resume', placeIn(place.stream), resume, caller);
    } else if (lastEventId !== undefined && place === undefined) {
      context.meter.resumed('refused');
      const message = 'Last-Event-ID is not an event id of this session. Open the stream without it.';
      reply.json(400, JSON.stringify(rpcError(null, RPC.refused, message)));
    } else {
      await stand(live, place, reply);
    }
  };
}
