import { NO_CHANGES } from '../../core/session/session.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { SessionCache } from '../sessions/session-cache.ts';
import type { Confirmations } from './confirmations.ts';

/**
 * Stores what the server's code has changed in its visible registry, for all pods. Resolves when every pod that holds the session has made the same
 * changes, so that a client that is told of them finds them everywhere.
 */
export async function shareRegistry(
  context: PodContext,
  sessions: SessionCache,
  confirmations: Confirmations,
  live: LiveSession,
): Promise<void> {
  const { store, log, meter } = context;
  for (;;) {
    const registry = live.told?.hosted.registry;
    const changes = registry?.take() ?? NO_CHANGES;
    if (registry === undefined || changes.size === 0 || live.ended) return;
    const stored = await retryWhileStoreAway(context, () => store.sessions.changeRegistry(live.id, changes)).finally(
      () => registry.stored(),
    );
    if (stored === undefined) return sessions.ended(live.id);
    for (let n = 0; n < stored.refused; n += 1) meter.unfollowed('size');
    if (stored.refused > 0) {
      log.warn(
        { changes: stored.refused },
        'a server changed more of its registry than ANYPOD_SESSION_STATE_BYTES allows; other pods do not have these changes',
      );
    }
    await retryWhileStoreAway(context, async () => {
      await sessions.changed(live.id);
      await confirmations.tell('session-changed', live.id, stored.pods);
    });
  }
}
