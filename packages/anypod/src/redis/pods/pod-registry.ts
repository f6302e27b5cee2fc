import type { PodRegistry } from '../../core/store/pod-registry.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';
import { INBOX_KEEP_MS } from './inbox.ts';
import { type Build, buildOf } from './key-versions.ts';

const HOUR_MS = 60 * 60 * 1000;

/** How long a dead pod's entry and ownership stay if no other pod forgets it: as long as the logs of its calls. */
export function keepMsOf({ streamIdleMs }: Pick<Required<StoreOptions>, 'streamIdleMs'>): number {
  return Math.max(HOUR_MS, streamIdleMs);
}

/**
 * One sorted set of pods. The score is the time at which a pod's lease runs out, by the clock of the Redis server. `keepMs`: see `keepMsOf`.
 */
export function createRedisPodRegistry(commands: Commands, keys: Keys, build: Build, keepMs: number): PodRegistry {
  return {
    async renew(pod, leaseMs) {
      // This comes first and lasts longer: a pod that sees the lease must also see which versions its pod knows.
      await commands.run(scripts.renewLease, [keys.builds()], buildOf(pod, build), 2 * leaseMs, 0);
      await Promise.all([
        commands.run(scripts.renewLease, [keys.pods()], pod, leaseMs, keepMs),
        // These keys are in another slot, so they need their own commands. If one is lost, the next renewal repeats it.
        commands.call('pexpire', keys.inbox(pod), Math.max(INBOX_KEEP_MS, 4 * leaseMs)),
        commands.call('pexpire', keys.owned(pod), Math.max(keepMs, 4 * leaseMs)),
      ]);
    },

    async living() {
      return new Set((await commands.run(scripts.livingPods, [keys.pods()])) as string[]);
    },

    async dead() {
      return (await commands.run(scripts.deadPods, [keys.pods()])) as string[];
    },

    async leave(pod) {
      await commands.run(scripts.endLease, [keys.pods()], pod);
    },

    async forget(pod) {
      // This keeps the inbox, since a pod that was only paused still needs its messages. If the pod does not come back,
      // its inbox and ownership expire.
      await commands.run(scripts.forgetPod, [keys.pods()], pod);
    },
  };
}
