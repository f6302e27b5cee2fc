import type { PodRegistry } from '../core/pod-registry.ts';
import type { Commands } from './commands.ts';
import { INBOX_KEEP_MS } from './inbox.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

/** How long a lease that ran out stays listed. */
const REMEMBER_MS = 60 * 60 * 1000;

/** One sorted set of pods, scored by the time (of the Redis server) at which their leases run out. */
export function createRedisPodRegistry(commands: Commands, keys: Keys): PodRegistry {
  return {
    async renew(pod, leaseMs) {
      await Promise.all([
        commands.run(scripts.renewLease, [keys.pods()], pod, leaseMs, REMEMBER_MS),
        // Another slot, so another command. If it is lost, the next one makes it good.
        commands.call('pexpire', keys.inbox(pod), Math.max(INBOX_KEEP_MS, 4 * leaseMs)),
      ]);
    },

    async living() {
      return new Set((await commands.run(scripts.livingPods, [keys.pods()])) as string[]);
    },

    async leave(pod) {
      await Promise.all([commands.call('zrem', keys.pods(), pod), commands.call('unlink', keys.inbox(pod))]);
    },
  };
}
