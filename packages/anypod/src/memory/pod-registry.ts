import type { PodRegistry } from '../core/store/pod-registry.ts';
import type { Clock } from './expiring-map.ts';
import type { MemoryOwnership } from './ownership.ts';

/** The leases of the pods that share one process. */
export interface MemoryPodRegistry extends PodRegistry {
  /** By pod, when its lease runs out or ran out. */
  leases(): ReadonlyMap<string, number>;
}

export function createMemoryPodRegistry(clock: Clock, ownership: MemoryOwnership): MemoryPodRegistry {
  /** When each pod's lease runs out. */
  const leases = new Map<string, number>();
  const lives = (pod: string) => (leases.get(pod) ?? 0) > clock();

  return {
    leases: () => leases,

    async renew(pod, leaseMs) {
      leases.set(pod, clock() + leaseMs);
    },

    living: async () => new Set([...leases.keys()].filter(lives)),
    dead: async () => [...leases.keys()].filter((pod) => !lives(pod)),

    async leave(pod) {
      if (leases.has(pod)) leases.set(pod, clock());
    },

    async forget(pod) {
      if (lives(pod)) return;
      leases.delete(pod);
      ownership.forget(pod);
    },
  };
}
