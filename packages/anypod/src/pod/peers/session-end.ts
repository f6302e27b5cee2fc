import { serverClosed } from '../../core/json/rpc-error.ts';
import type { SessionEnd } from '../../core/meter.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import { uncountSession } from '../sessions/counted-sessions.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { SessionCache } from '../sessions/session-cache.ts';
import type { Confirmations } from './confirmations.ts';

/** Ends the session on all pods. Resolves when no pod serves it any more. False: there is no such session. */
export async function endSession(
  context: PodContext,
  sessions: SessionCache,
  confirmations: Confirmations,
  live: LiveSession,
  reason: SessionEnd,
): Promise<boolean> {
  const { store, meter } = context;
  const pods = await store.sessions.end(live.id);
  await sessions.ended(live.id);
  if (pods === undefined) return false;
  meter.sessionEnded(reason, Date.now() - live.session.record.createdAt);
  uncountSession(context, live.session.record);
  await confirmations.tell('session-ended', live.id, pods);
  return true;
}

/** Ends a session whose server has closed, as the SDK's own transport does. Answers its running requests first. */
export async function endByServer(
  context: PodContext,
  sessions: SessionCache,
  confirmations: Confirmations,
  live: LiveSession,
): Promise<void> {
  context.log.info({}, 'a server closed itself, which ends its session');
  await live.fail(serverClosed);
  await retryWhileStoreAway(context, () => endSession(context, sessions, confirmations, live, 'server_closed'));
}
