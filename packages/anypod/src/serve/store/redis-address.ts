import type { Config } from '../settings/config.ts';
import { parseRedisUrl, type RedisAddress } from '../settings/redis-url.ts';

/** The settings with the address of Redis and the credentials for it. */
export type RedisLocation = Pick<
  Config,
  'redis' | 'redisUsername' | 'redisPassword' | 'sentinelUsername' | 'sentinelPassword'
>;

/** The deployment that the URL names. Credentials that have their own setting replace those in the URL. Undefined: the URL is not valid. */
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
