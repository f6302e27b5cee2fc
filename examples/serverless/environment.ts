import { createRedisStore } from 'anypod/redis';
import type { ServerlessOptions } from 'anypod/vercel';
import { Redis } from 'ioredis';
import createServer from './server.ts';

/** The options for platforms on which a process serves one request after the other. One client stays connected between them. */
export function optionsOf({ REDIS_URL = '', ANYPOD_SECRET = '' }: NodeJS.ProcessEnv): ServerlessOptions {
  const redis = new Redis(REDIS_URL, { lazyConnect: true, connectTimeout: 2000, maxRetriesPerRequest: 2 });
  redis.on('error', (error) => console.error('redis:', error.message));
  return { createServer, secrets: ANYPOD_SECRET.split(','), openStore: () => createRedisStore(redis) };
}
