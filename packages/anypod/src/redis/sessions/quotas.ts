import type { Quotas } from '../../core/store/quotas.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

export function createRedisQuotas(commands: Commands, keys: Keys): Quotas {
  return {
    async take(caller, bucket, wanted, { intervalMs, burst }) {
      const args = [bucket, wanted, Math.max(1, Math.round(intervalMs * 1000)), burst];
      const taken = await commands.run(scripts.takeRequests, [keys.rate(caller)], ...args);
      const [granted, waitUs] = taken as [number, number];
      return { granted, waitMs: waitUs / 1000 };
    },

    async beginSession(caller, session, limit, ttlMs) {
      const args = [session, ttlMs, limit];
      return (await commands.run(scripts.beginSession, [keys.sessionsOf(caller)], ...args)) as number;
    },

    async endSession(caller, session) {
      await commands.call('zrem', keys.sessionsOf(caller), session);
    },
  };
}
