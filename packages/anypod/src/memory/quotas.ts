import type { Quotas } from '../core/store/quotas.ts';
import type { Clock, ExpiringMap } from './expiring-map.ts';

/** The maps behind the quotas. `full`: by caller and bucket, the time at which the bucket is full again, in ms. `sessions`: by caller, when each session ends. */
export interface QuotaMaps {
  readonly full: ExpiringMap<number>;
  readonly sessions: ExpiringMap<Map<string, number>>;
}

export function createMemoryQuotas({ full, sessions }: QuotaMaps, clock: Clock): Quotas {
  return {
    async take(caller, bucket, wanted, { intervalMs, burst }) {
      const key = `${bucket} ${caller}`;
      const now = clock();
      const from = Math.max(now, full.get(key) ?? 0);
      const latest = now + burst * intervalMs;
      const granted = Math.max(0, Math.min(wanted, Math.floor((latest - from) / intervalMs)));
      const until = from + granted * intervalMs;
      if (granted > 0) full.set(key, until, until - now);
      return { granted, waitMs: Math.max(0, until + intervalMs - latest) };
    },

    async beginSession(caller, session, limit, ttlMs) {
      const now = clock();
      const counted = sessions.get(caller) ?? new Map<string, number>();
      for (const [id, endsAt] of counted) if (endsAt <= now) counted.delete(id);
      if (!counted.has(session) && counted.size >= limit) return Math.max(1, Math.min(...counted.values()) - now);
      counted.set(session, now + ttlMs);
      sessions.set(caller, counted, Math.max(...counted.values()) - now);
      return 0;
    },

    async endSession(caller, session) {
      sessions.get(caller)?.delete(session);
    },
  };
}
