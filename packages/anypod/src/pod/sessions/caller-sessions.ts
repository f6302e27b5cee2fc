import { type Caller, principalOf } from '../../core/caller.ts';
import { isSessionId } from '../../core/session/session-id.ts';
import type { HeldSession } from '../../core/task/task-peer.ts';
import type { PodContext } from '../context/context.ts';
import { tooLate } from '../context/too-late.ts';
import type { LiveSession } from './live-session.ts';
import { createOwnIds } from './own-ids.ts';
import type { SessionCache } from './session-cache.ts';

/** Finds the sessions of callers. */
export interface CallerSessions {
  /**
   * Takes the caller's session into use. The caller must call `release`. Undefined: this caller has no such session. Unknown, expired, ended and
   * foreign ids get the same result. Throws `AnypodError` `draining` if this pod has left.
   */
  take(id: string, caller: Caller): Promise<LiveSession | undefined>;
  /** Takes the caller's session into use, to run a task in it. Undefined: this caller has no such session. */
  hold(id: string, caller: Caller): Promise<HeldSession | undefined>;
}

export function createCallerSessions(context: PodContext, sessions: SessionCache): CallerSessions {
  const ownIds = createOwnIds();

  /** Whether the id is known to be the caller's, without its code. For a principal, a look into the sessions would take longer where it finds a foreign one. */
  function servedBefore(id: string, principal: string | undefined): boolean {
    if (principal !== undefined) return ownIds.has(id, principal);
    // An anonymous caller has no id but its own.
    const held = sessions.peek(id);
    return held !== undefined && held.session.record.principal === undefined;
  }

  async function take(id: string, caller: Caller): Promise<LiveSession | undefined> {
    if (context.departed()) throw tooLate();
    const principal = principalOf(caller.authInfo);
    const isOwn = servedBefore(id, principal);
    if (!isOwn && !isSessionId(context.signer, id, principal)) return undefined;
    const live = await sessions.take(id);
    if (live === undefined) return undefined;
    if (live.session.record.principal === principal) {
      if (!isOwn && principal !== undefined) ownIds.add(id, principal);
      return live;
    }
    sessions.release(live);
    return undefined;
  }

  return {
    take,
    async hold(id, caller) {
      const live = await take(id, caller);
      return live && { server: (by) => live.server(by), release: () => sessions.release(live) };
    },
  };
}
