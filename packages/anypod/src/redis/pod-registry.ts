import type { PodRegistry } from '../core/pod-registry.ts';
import type { Commands } from './commands.ts';
import { INBOX_KEEP_MS } from './inbox.ts';
import { buildOf } from './key-versions.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

/**
 * One sorted set of pods, scored by the time (of the Redis server) at which their leases run out. `keepMs`: how long a dead pod's
 * entry and ownership stay where no other pod is there to forget it.
 */
export function createRedisPodRegistry(
  commands: Commands,
  keys: Keys,
  versions: readonly string[],
  keepMs: number,
): PodRegistry {
  return {
    async renew(pod, leaseMs) {
      // First, and for longer: whoever sees the lease sees what its pod knows.
      await commands.run(scripts.renewLease, [keys.builds()], buildOf(pod, versions), 2 * leaseMs, 0);
      await Promise.all([
        commands.run(scripts.renewLease, [keys.pods()], pod, leaseMs, keepMs),
        // Another slot, so other commands. If one is lost, the next makes it good.
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
      // A pod that was only paused comes back to its mail, so that its streams lack nothing; the inbox and the ownership of one that
      // does not expire by themselves.
      await commands.run(scripts.forgetPod, [keys.pods()], pod);
    },
  };
}
