import type { StreamKey } from '../core/store/event-log.ts';
import type { Ownership } from '../core/store/ownership.ts';

/** The ownership of the pods that share one process. */
export interface MemoryOwnership extends Ownership {
  /** Removes a pod's ownership. */
  forget(pod: string): void;
}

export function createMemoryOwnership(): MemoryOwnership {
  const owned = new Map<string, Map<string, StreamKey>>();
  const nameOf = ({ session, stream }: StreamKey) => JSON.stringify([session, stream]);

  return {
    async add(pod, key) {
      const keys = owned.get(pod) ?? new Map<string, StreamKey>();
      owned.set(pod, keys.set(nameOf(key), key));
    },

    async remove(pod, key) {
      const keys = owned.get(pod);
      keys?.delete(nameOf(key));
      if (keys?.size === 0) owned.delete(pod);
    },

    of: async (pod) => [...(owned.get(pod)?.values() ?? [])],
    forget: (pod) => void owned.delete(pod),
  };
}
