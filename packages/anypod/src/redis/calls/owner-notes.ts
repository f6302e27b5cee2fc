import type { StreamKey, Written } from '../../core/store/event-log.ts';
import type { Ownership } from '../../core/store/ownership.ts';
import { crossesSlots, isReply } from '../client/replies.ts';
import type { Keys } from '../keys.ts';
import { memberOf } from './ownership.ts';

/**
 * The notes of who writes which log. The scripts of the logs change them in the same step. On a Cluster, a pod's notes are in another slot than the
 * logs, so there they need commands of their own. So they do behind a proxy that hides a Cluster, as its first refusal shows.
 */
export interface OwnerNotes {
  /** Runs a write to a log. If the server refuses its script because of the note, runs it again with the notes apart, as all later ones. */
  write(run: () => Promise<Written>): Promise<Written>;
  /** The key and the note that a log's script changes. An empty note: none. `owner` undefined: nothing changes. */
  inScript(key: StreamKey, owner: string | undefined): readonly [where: string, note: string];
  /** Adds a note before the log begins, if its script cannot. */
  begins(key: StreamKey, owner: string): Promise<void>;
  /** Removes a note after the log has ended, if no script did. If a failover may lose the end, the note stays. Returns `written`. */
  ended(key: StreamKey, owner: string | undefined, written: Written): Promise<Written>;
}

/** `isCluster`: it is known that the notes must be apart. */
export function createOwnerNotes(keys: Keys, ownership: Ownership, isCluster: boolean): OwnerNotes {
  let apart = isCluster;
  return {
    async write(run) {
      const wereApart = apart;
      try {
        return await run();
      } catch (error) {
        if (wereApart || !isReply(error) || !crossesSlots(error)) throw error;
        apart = true;
        return run();
      }
    },
    inScript: (key, owner) =>
      owner === undefined || apart ? [keys.session(key.session), ''] : [keys.owned(owner), memberOf(key)],
    async begins(key, owner) {
      if (apart) await ownership.add(owner, key);
    },
    async ended(key, owner, written) {
      const safe = written.state === 'stored' && written.unreplicated !== true;
      if (apart && owner !== undefined && safe) await ownership.remove(owner, key);
      return written;
    },
  };
}
