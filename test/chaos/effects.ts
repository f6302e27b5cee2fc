import { Redis } from 'ioredis';

/** Names the Redis that counts side effects. It is another one than the pods', so no fault of theirs blurs the count. */
export const EFFECTS_VARIABLE = 'CHAOS_EFFECTS_URL';

const KEY = 'effects';

/** Counts what tools do to the world, by call. */
export interface Effects {
  add(call: string): Promise<void>;
  count(call: string): Promise<number>;
  /** All calls and how often each had its effect. */
  all(): Promise<ReadonlyMap<string, number>>;
  close(): void;
}

export function connectEffects(url: string): Effects {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  return {
    add: async (call) => void (await redis.hincrby(KEY, call, 1)),
    count: async (call) => Number((await redis.hget(KEY, call)) ?? 0),
    all: async () => new Map(Object.entries(await redis.hgetall(KEY)).map(([call, count]) => [call, Number(count)])),
    close: () => redis.disconnect(),
  };
}
