import type { Caller } from '../../core/caller.ts';
import { Limited } from '../../core/limited.ts';
import type { SessionRecord } from '../../core/session.ts';
import type { PodContext } from '../context/context.ts';

/**
 * Counts a session among those of its caller, before anything is done for it. Returns what the session's record says about it. Throws `Limited` if the caller
 * has as many sessions as it may have. Without a limit, it does not ask the store.
 */
export async function countSession(
  { store, options: { callerSessions, sessionTtlMs } }: PodContext,
  session: string,
  { quotaKey }: Caller,
): Promise<Pick<SessionRecord, 'quotaKey'>> {
  if (callerSessions === 0 || quotaKey === undefined) return {};
  const retryAfterMs = await store.quotas.beginSession(quotaKey, session, callerSessions, sessionTtlMs);
  if (retryAfterMs === 0) return { quotaKey };
  const message = `You have ${callerSessions} sessions. End one (DELETE) before you begin another.`;
  throw new Limited(429, 'session_limit', message, { retryAfterMs });
}

/** The session has ended. If the store is away, it counts until it would have expired. */
export function uncountSession({ store, background }: PodContext, { id, quotaKey }: SessionRecord): void {
  if (quotaKey !== undefined) background.run('no longer count a session', store.quotas.endSession(quotaKey, id));
}
