import type { Redis } from 'ioredis';
import type { Log } from '../core/log.ts';

const COMMAND_TIMEOUT_MS = 2000;
const MAX_RECONNECT_DELAY_MS = 1000;

/** Connects to Redis; the connection comes back by itself, and commands fail fast meanwhile. ioredis is loaded only here. */
export async function connectRedis(url: string, log: Log): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const client = new Client(url, {
    lazyConnect: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: true,
    enableOfflineQueue: true,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS),
  });
  client.on('error', (err: Error) => log.warn({ reason: err.message }, 'Redis connection error'));
  return client;
}
