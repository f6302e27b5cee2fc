import { Redis } from 'ioredis';
// biome-ignore lint/style/noRestrictedImports: what `anypod sessions end` does, for thousands of sessions in one process.
import { openInspection } from '../../packages/anypod/src/serve/operators/open-inspection.ts';

const AT_ONCE = 32;

/** The ids of all sessions of which Redis has anything. */
export async function sessionsIn(redisUrl: string): Promise<readonly string[]> {
  const redis = new Redis(redisUrl);
  try {
    const keys = await redis.keys('anypod:*:session:{*}*');
    return [...new Set(keys.map((key) => key.slice(key.indexOf('{') + 1, key.indexOf('}'))))];
  } finally {
    redis.disconnect();
  }
}

/** Ends sessions as `anypod sessions end` does. */
export async function endSessions(redisUrl: string, ids: readonly string[]): Promise<void> {
  const inspection = await openInspection({ redis: redisUrl, prefix: 'anypod' });
  const left = ids.values();
  const lane = async () => {
    for (const id of left) await inspection.end(id);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  } finally {
    await inspection.close();
  }
}
