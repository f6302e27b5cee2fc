import type { SpentStates } from '../../core/store/spent-states.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';

/** One string per used state: the call that used it. `SET` with `NX` and `GET` returns the earlier value in the same step (Redis 7.0). */
export function createRedisSpentStates(commands: Commands, keys: Keys): SpentStates {
  return {
    async spend(state, by, ttlMs) {
      const before = await commands.call('set', keys.spent(state), by, 'NX', 'GET', 'PX', Math.ceil(ttlMs));
      return before === null || before === by;
    },
  };
}
