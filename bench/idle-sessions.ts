import type { Child } from '../test/lib/child.ts';
import type { Load } from './load.ts';
import type { BenchRedis } from './redis.ts';
import { restingMemory } from './resting-memory.ts';

/** What a session costs while nobody uses it. */
export interface IdleSession {
  /** What each added to the process, in KB. */
  readonly sessionKb: number;
  /** Where they are in Redis: what each added to it, in KB. */
  readonly sessionRedisKb?: number;
}

/** As many as outweigh what a heap grows by anyway; fewer where a server is so slow that they take too long. */
const MOST = { milliseconds: 20_000, limit: 2000 };

/** Opens sessions and weighs the process, and Redis where it has them. Nobody else may use that Redis meanwhile. */
export async function weighSessions(child: Child, load: Load, redis: BenchRedis | undefined): Promise<IdleSession> {
  const before = { process: await restingMemory(child), redis: redis?.usedMemory() };
  const { length } = await load.run(MOST);
  const perSession = (bytes: number) => bytes / length / 1024;
  const sessionKb = Math.max(0, perSession((await restingMemory(child)) - before.process));
  if (redis === undefined || before.redis === undefined) return { sessionKb };
  return { sessionKb, sessionRedisKb: perSession(redis.usedMemory() - before.redis) };
}
