import type { PodRegistry } from '../core/pod-registry.ts';
import type { ExpiringMap } from './expiring-map.ts';
import type { MemoryInbox } from './inbox.ts';

export function createMemoryPodRegistry(leases: ExpiringMap<true>, inbox: MemoryInbox): PodRegistry {
  return {
    async renew(pod, leaseMs) {
      leases.set(pod, true, leaseMs);
    },

    living: async () => new Set(leases.keys()),

    async leave(pod) {
      leases.delete(pod);
      inbox.remove(pod);
    },
  };
}
