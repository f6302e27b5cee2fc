import type { StreamKey, Written } from '../../core/store/event-log.ts';
import type { Ownership } from '../../core/store/ownership.ts';
import type { Keys } from '../keys.ts';
import { memberOf } from './ownership.ts';

/**
 * The notes of who writes which log. The scripts of the logs change them in the same step. On a Cluster, a pod's notes are in another slot than the
 * logs, so there they need commands of their own.
 */
export interface OwnerNotes {
  /** The key and the note that a log's script changes. An empty note: none. `owner` undefined: nothing changes. */
  inScript(key: StreamKey, owner: string | undefined): readonly [where: string, note: string];
  /** Adds a note before the log begins, if no script will. */
  begins(key: StreamKey, owner: string, byScript: boolean): Promise<void>;
  /** Removes a note after the log has ended, if no script did. If a failover may lose the end, the note stays. Returns `written`. */
  ended(key: StreamKey, owner: string | undefined, written: Written): Promise<Written>;
}

export function createOwnerNotes(keys: Keys, ownership: Ownership, isCluster: boolean): OwnerNotes {
  return {
    inScript: (key, owner) =>
      owner === undefined || isCluster ? [keys.session(key.session), ''] : [keys.owned(owner), memberOf(key)],
    async begins(key, owner, byScript) {
      if (isCluster || !byScript) await ownership.add(owner, key);
    },
    async ended(key, owner, written) {
      const safe = written.state === 'stored' && written.unreplicated !== true;
      if (isCluster && owner !== undefined && safe) await ownership.remove(owner, key);
      return written;
    },
  };
}
