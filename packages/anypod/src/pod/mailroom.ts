import type { InboxMessage } from '../core/inbox.ts';
import type { JsonRpcMessage } from '../core/json-rpc.ts';
import type { Confirmations } from './confirmations.ts';
import type { PodContext } from './context.ts';
import type { Followers } from './followers.ts';
import { NO_CALLER } from './no-caller.ts';
import type { Orphans } from './orphans.ts';
import type { SessionCache } from './session-cache.ts';
import type { StandingStreams } from './standing-streams.ts';

/** The parts of the pod that mail is for. */
export interface Recipients {
  readonly sessions: SessionCache;
  readonly followers: Followers;
  readonly standing: StandingStreams;
  readonly confirmations: Confirmations;
  readonly orphans: Orphans;
}

/** Acts on the mail of other pods. Unknown types are left alone: a newer pod may send them during a rollout. */
export function createMailroom(context: PodContext, to: Recipients): (message: InboxMessage) => void {
  const { background, store } = context;

  async function confirm(message: { from: string; ack: string }): Promise<void> {
    await store.inbox.send(message.from, { type: 'confirmed', ack: message.ack, from: context.pod });
  }

  async function change(message: Extract<InboxMessage, { type: 'session-changed' }>): Promise<void> {
    await to.sessions.changed(message.session);
    await confirm(message);
  }

  async function end(message: Extract<InboxMessage, { type: 'session-ended' }>): Promise<void> {
    await to.sessions.ended(message.session);
    await confirm(message);
  }

  async function cancel(message: Extract<InboxMessage, { type: 'cancelled' }>): Promise<void> {
    const live = to.sessions.peek(message.session);
    // Where it is just being loaded, what is loaded may be from before the cancellation: it is read again.
    if (live === undefined) return to.sessions.changed(message.session);
    if (!(await live.cancel(message.request, message.reason, NO_CALLER))) live.cancelEarly(message.request);
  }

  async function answer(message: Extract<InboxMessage, { type: 'answered' }>): Promise<void> {
    await takeAnswer(context, to.sessions, message.session, message.question);
  }

  return (message) => {
    switch (message.type) {
      case 'event':
        return to.followers.deliver(message.connection, message);
      case 'follower-replaced':
        return to.followers.end(message.connection);
      case 'standing-event':
        return to.standing.deliver(message.session, message.connection, message);
      case 'standing-replaced':
        return to.standing.end(message.session, message.connection);
      case 'confirmed':
        return to.confirmations.confirmed(message.ack, message.from);
      case 'call-ended':
        return context.onCallEnded?.(message.call);
      case 'pod-left':
        return background.run('take over', to.orphans.inheritFrom(message.pod));
      case 'answered':
        return background.run('take answer', answer(message));
      case 'question-progress':
        return background.run('question progress', hand(to.sessions, message.session, message.data));
      case 'cancelled':
        return background.run('cancel', cancel(message));
      case 'session-changed':
        return background.run('reload session', change(message));
      case 'session-ended':
        return background.run('end session', end(message));
    }
  };
}

/** The owner of a question takes its stored answer to the handler that waits. */
export async function takeAnswer(
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

/** Hands a serialised message of the client to the session's server, where that is here. */
export async function hand(sessions: SessionCache, session: string, data: string): Promise<void> {
  const live = sessions.peek(session);
  if (live?.hasServer !== true) return;
  const server = await live.server(NO_CALLER);
  server.deliver(JSON.parse(data) as JsonRpcMessage, { caller: NO_CALLER });
}
