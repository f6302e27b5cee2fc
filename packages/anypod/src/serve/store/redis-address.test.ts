import { expect, it } from 'vitest';
import { readRedisAddress } from './redis-address.ts';

it('takes credentials from their settings as they are, before those of the URL', () => {
  const redis = 'redis+sentinel://u:p@a/main?sentinelUsername=su&sentinelPassword=sp';
  const own = { redisUsername: 'u%40', redisPassword: 'p/@', sentinelUsername: 's:', sentinelPassword: 's%' };
  expect(readRedisAddress({ redis, ...own })).toMatchObject({
    username: 'u%40',
    password: 'p/@',
    sentinelUsername: 's:',
    sentinelPassword: 's%',
  });
});

it('takes them from the URL if the settings are not set', () => {
  const redis = 'redis+sentinel://u:p@a/main?sentinelUsername=su&sentinelPassword=sp';
  expect(readRedisAddress({ redis, redisPassword: 'other' })).toMatchObject({
    username: 'u',
    password: 'other',
    sentinelUsername: 'su',
    sentinelPassword: 'sp',
  });
});

it('knows no address without a URL', () => {
  expect(readRedisAddress({ redisPassword: 'p' })).toBeUndefined();
});
