import type { StreamKey } from '../../core/store/event-log.ts';
import type { Ownership } from '../../core/store/ownership.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

/** An entry of a pod's set. */
export function memberOf({ session, stream }: StreamKey): string {
  return JSON.stringify([session, stream]);
}

function keyOf(member: string): StreamKey {
  const [session, stream] = JSON.parse(member) as [string, string];
  return { session, stream };
}

/** One set per pod, in the slot of its inbox. `keepMs`: how long it stays if its pod does not renew it. */
export function createRedisOwnership(commands: Commands, keys: Keys, keepMs: number): Ownership {
  return {
    async add(pod, key) {
      await commands.run(scripts.ownStream, [keys.owned(pod)], memberOf(key), keepMs);
    },

    async remove(pod, key) {
      await commands.call('srem', keys.owned(pod), memberOf(key));
    },

    async of(pod) {
      return ((await commands.call('smembers', keys.owned(pod))) as string[]).map(keyOf);
    },
  };
}
