import type { SpentStates } from '../core/store/spent-states.ts';
import type { ExpiringMap } from './expiring-map.ts';

/** The used states by name, each with the call that used it. */
export function createMemorySpentStates(spent: ExpiringMap<string>): SpentStates {
  return {
    async spend(state, by, ttlMs) {
      const before = spent.get(state);
      if (before === undefined) spent.set(state, by, ttlMs);
      return before === undefined || before === by;
    },
  };
}
