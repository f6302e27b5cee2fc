import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { parseRedisUrl } from './redis-url.ts';
import { redisUrlFault } from './redis-url-fault.ts';
import type { Setting } from './setting.ts';

const file = z.string().refine((path) => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}, 'must be a file that can be read');

/** How to reach Redis, and how many replicas must have each event. */
export const REDIS_SETTINGS: readonly Setting[] = [
  {
    name: 'redis',
    flag: '--redis',
    env: 'REDIS_URL',
    default: '',
    description:
      'URL of the Redis that the pods share: redis://, redis+sentinel:// or redis+cluster://, with rediss for TLS. Without it, sessions live in this process.',
    fromFile: true,
    schema: z
      .string()
      .trim()
      .superRefine((url, context) => {
        if (parseRedisUrl(url) === undefined) context.addIssue({ code: 'custom', message: redisUrlFault(url) });
      }),
  },
  {
    name: 'redisUsername',
    flag: '--redis-username',
    env: 'REDIS_USERNAME',
    default: '',
    description: 'User name for Redis, without percent-encoding. It overrides the user name in the URL.',
    fromFile: true,
    schema: z.string(),
  },
  {
    name: 'redisPassword',
    flag: '--redis-password',
    env: 'REDIS_PASSWORD',
    default: '',
    description: 'Password for Redis, without percent-encoding. It overrides the password in the URL.',
    fromFile: true,
    schema: z.string(),
  },
  {
    name: 'sentinelUsername',
    flag: '--sentinel-username',
    env: 'REDIS_SENTINEL_USERNAME',
    default: '',
    description: 'User name for the Sentinels, if they require one. It overrides the user name in the URL.',
    fromFile: true,
    schema: z.string(),
  },
  {
    name: 'sentinelPassword',
    flag: '--sentinel-password',
    env: 'REDIS_SENTINEL_PASSWORD',
    default: '',
    description: 'Password for the Sentinels, if they require one. It overrides the password in the URL.',
    fromFile: true,
    schema: z.string(),
  },
  {
    name: 'redisTlsCa',
    flag: '--redis-tls-ca',
    env: 'ANYPOD_REDIS_TLS_CA',
    default: '',
    description:
      'PEM file with the authorities that may sign the certificate of the Redis server. Without it, the usual public authorities may.',
    schema: file,
  },
  {
    name: 'redisTlsCert',
    flag: '--redis-tls-cert',
    env: 'ANYPOD_REDIS_TLS_CERT',
    default: '',
    description: 'PEM file with the client certificate that anypod shows to Redis.',
    schema: file,
  },
  {
    name: 'redisTlsKey',
    flag: '--redis-tls-key',
    env: 'ANYPOD_REDIS_TLS_KEY',
    default: '',
    description: 'PEM file with the private key of that certificate.',
    schema: file,
  },
  {
    name: 'redisReplicas',
    flag: '--redis-replicas',
    env: 'ANYPOD_REDIS_REPLICAS',
    default: '0',
    description:
      'Number of replicas that must have an event before its pod forgets it, and a step of a task. Above 0, a failover loses none.',
    schema: z.coerce
      .number({ error: 'must be a number' })
      .int('must be a whole number')
      .min(0, 'must be 0 or more')
      .max(10, 'must be 10 or less'),
  },
];
