import { callSafely } from '../../core/call-safely.ts';
import { BACKGROUND_CALLER } from '../../core/caller.ts';
import type { JsonRpcNotification, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { InboxMessage } from '../../core/store/inbox.ts';
import { asPlace, inStep } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import type { SessionCache } from '../sessions/session-cache.ts';
import type { Notification } from '../sessions/told-server.ts';
import type { Followers } from '../streams/followers.ts';
import type { StandingStreams } from '../streams/standing-streams.ts';
import type { Confirmations } from './confirmations.ts';
import type { Orphans } from './orphans.ts';

/** The parts of a pod that requests, the drain and the messages of other pods use. */
export interface PodParts {
  readonly sessions: SessionCache;
  readonly followers: Followers;
  readonly standing: StandingStreams;
  readonly confirmations: Confirmations;
  readonly orphans: Orphans;
}

/** Acts on the messages of other pods. Ignores unknown types, because a newer pod may send them during a rollout. */
export function createInboxHandler(context: PodContext, parts: PodParts): (message: InboxMessage) => void {
  const { background, store } = context;

  async function confirm(message: { from: string; ack: string }): Promise<void> {
    await store.inbox.send(message.from, { type: 'confirmed', ack: message.ack, from: context.pod });
  }

  async function change(message: Extract<InboxMessage, { type: 'session-changed' }>): Promise<void> {
    const { session, number, data } = message;
    if (data === undefined) await parts.sessions.changed(session);
    else await parts.sessions.notified(session, readNotification(data, number));
    await confirm(message);
  }

  async function end(message: Extract<InboxMessage, { type: 'session-ended' }>): Promise<void> {
    await parts.sessions.ended(message.session);
    await confirm(message);
  }

  async function cancel(message: Extract<InboxMessage, { type: 'cancelled' }>): Promise<void> {
    const { session, request, reason, from, ack } = message;
    const live = parts.sessions.peek(session);
    // If this pod is just loading the session, the loaded state may be older than the cancellation. So the session is read again.
    if (live === undefined) await parts.sessions.changed(session);
    else if (await live.cancel(request, reason, BACKGROUND_CALLER))
      await store.sessions.takeCancelled(session, request);
    else if (live.arrivals.hasArrived(request)) await store.sessions.takeCancelled(session, request);
    else live.arrivals.cancelled(request);
    if (from !== undefined && ack !== undefined) await confirm({ from, ack });
  }

  const act = (message: InboxMessage) => {
    switch (message.type) {
      case 'event':
        return parts.followers.deliver(message.connection, message);
      case 'follower-replaced':
        return parts.followers.end(message.connection);
      case 'standing-event':
        return parts.standing.deliver(message.session, message.connection, message);
      case 'standing-replaced':
        return parts.standing.end(message.session, message.connection, message.retryMs);
      case 'confirmed':
        return parts.confirmations.confirmed(message.ack, message.from);
      case 'call-ended':
        return context.onCallEnded?.(message.call);
      case 'task-changed':
      case 'task-cancelled':
        return context.tasks?.receive(message);
      case 'parked-answers':
      case 'parked-event':
      case 'parked-left':
      case 'parked-dropped':
        return context.onParked?.(message);
      case 'pod-left':
        return background.run('take over', parts.orphans.inheritFrom(message.pod));
      case 'answered':
        return background.run(
          'take answer',
          inStep(context.traces, 'anypod.wake', asPlace(message.trace), () =>
            takeAnswer(context, parts.sessions, message.session, message.question),
          ),
        );
      case 'question-progress':
        return background.run('question progress', hand(parts.sessions, message.session, message.data));
      case 'cancelled':
        return background.run('cancel', cancel(message));
      case 'session-changed':
        return background.run('reload session', change(message));
      case 'session-ended':
        return background.run('end session', end(message));
    }
  };

  return (message) => callSafely(context.log, `act on ${message.type}`, act, message);
}

function readNotification(data: string, number: number | undefined): Notification {
  const { method, params } = JSON.parse(data) as JsonRpcNotification;
  return { method, ...(params !== undefined && { params }), ...(number !== undefined && { number }) };
}

/** Takes the stored answer to a question of this pod, and hands it to the handler that waits. */
async function takeAnswer(
  context: PodContext,
  sessions: SessionCache,
  session: string,
  question: string,
): Promise<void> {
  const answer = await context.store.questions.take(session, question);
  if (answer === undefined) return;
  sessions.peek(session)?.answered(question);
  await hand(sessions, session, answer);
}

/**
 * Announces the answer to a question of this pod again if the store has one, because its mail may have been lost. It does not take the answer:
 * progress that was acknowledged before the answer may still be in the inbox.
 */
export async function announceAnswer({ store, pod }: PodContext, session: string, question: string): Promise<void> {
  if (await store.questions.isAnswered(session, question)) {
    await store.inbox.send(pod, { type: 'answered', session, question });
  }
}

/** Hands a serialised message of the client to the session's server, if this pod has one. */
async function hand(sessions: SessionCache, session: string, data: string): Promise<void> {
  const live = sessions.peek(session);
  if (live?.hasServer !== true) return;
  const server = await live.server(BACKGROUND_CALLER);
  server.deliver(JSON.parse(data) as JsonRpcNotification | JsonRpcResponse, { caller: BACKGROUND_CALLER });
}
