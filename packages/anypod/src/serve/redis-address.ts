import type { Config } from './config.ts';
import { parseRedisUrl, type RedisAddress } from './redis-url.ts';

/** The settings that say where Redis is and who we are there. */
export type RedisLocation = Pick<
  Config,
  'redis' | 'redisUsername' | 'redisPassword' | 'sentinelUsername' | 'sentinelPassword'
>;

/** The deployment that the URL names, with the credentials that have a setting of their own. Undefined: no valid URL. */
export function readRedisAddress(settings: RedisLocation): RedisAddress | undefined {
  const address = parseRedisUrl(settings.redis ?? '');
  if (address === undefined) return undefined;
  const { redisUsername, redisPassword, sentinelUsername, sentinelPassword } = settings;
  return {
    ...address,
    ...(redisUsername !== undefined && { username: redisUsername }),
    ...(redisPassword !== undefined && { password: redisPassword }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}
