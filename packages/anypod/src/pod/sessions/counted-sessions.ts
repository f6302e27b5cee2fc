import type { Caller } from '../../core/caller.ts';
import { Limited, type LimitReason } from '../../core/limited.ts';
import type { SessionRecord } from '../../core/session/session.ts';
import type { PodContext } from '../context/context.ts';

/** Among whose sessions one counts. */
interface Counting {
  readonly member: 'quotaKey' | 'tenantQuotaKey';
  readonly setting: 'callerSessions' | 'tenantSessions';
  readonly reason: LimitReason;
  readonly sentence: (most: number) => string;
}

/** The caller is the first, so that what it may not begin costs its tenant nothing. */
const COUNTINGS: readonly Counting[] = [
  {
    member: 'quotaKey',
    setting: 'callerSessions',
    reason: 'session_limit',
    sentence: (most) => `You have ${most} sessions. End one (DELETE) before you begin another.`,
  },
  {
    member: 'tenantQuotaKey',
    setting: 'tenantSessions',
    reason: 'tenant_session_limit',
    sentence: (most) =>
      `The users of your tenant have ${most} sessions. One of them must be ended (DELETE) before you begin another.`,
  },
];

type Counted = Pick<SessionRecord, Counting['member']>;

/**
 * Counts a session among those of its caller and of its tenant, before anything is done for it. Returns what the session's record says about it. Throws
 * `Limited` if one of them has as many sessions as it may have; then the session counts for neither. Without a limit, it does not ask the store.
 */
export async function countSession(context: PodContext, session: string, caller: Caller): Promise<Counted> {
  const { store, options } = context;
  let counted: Counted = {};
  try {
    for (const { member, setting, reason, sentence } of COUNTINGS) {
      const [account, most] = [caller[member], options[setting]];
      if (most === 0 || account === undefined) continue;
      const retryAfterMs = await store.quotas.beginSession(account, session, most, options.sessionTtlMs);
      if (retryAfterMs > 0) throw new Limited(429, reason, sentence(most), { retryAfterMs });
      counted = { ...counted, [member]: account };
    }
    return counted;
  } catch (error) {
    uncountSession(context, { id: session, ...counted });
    throw error;
  }
}

/** The session has ended. If the store is away, it counts until it would have expired. */
export function uncountSession(
  { store, background }: PodContext,
  { id, ...counted }: Pick<SessionRecord, 'id' | Counting['member']>,
): void {
  for (const { member } of COUNTINGS) {
    const account = counted[member];
    if (account !== undefined) background.run('no longer count a session', store.quotas.endSession(account, id));
  }
}
