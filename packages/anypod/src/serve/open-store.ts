import type { Log } from '../core/log.ts';
import type { Store, StoreOptions } from '../core/store.ts';
import { createMemoryStore } from '../memory/index.ts';
import { createRedisStore } from '../redis/index.ts';
import type { Config } from './config.ts';
import { connectRedis } from './redis-connection.ts';

/** The store, and a function that closes it with its connections. */
export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** Opens the configured store: Redis, with `patienceMs` as the time limit of its answers, or the store of this process. */
export async function openStore(config: Config, log: Log, patienceMs?: number): Promise<OpenStore> {
  const { sessionTtlMs, streamRetentionMs, streamEventLimit, streamByteLimit, standingRetentionMs, standingLimit } =
    config;
  const { stateByteLimit, handleLimit, anonymousHandleLimit } = config;
  const options: StoreOptions = {
    sessionTtlMs,
    streamRetentionMs,
    streamEventLimit,
    streamByteLimit,
    standingRetentionMs,
    standingLimit,
    stateByteLimit,
    handleLimit,
    anonymousHandleLimit,
  };
  if (config.redis === undefined) {
    const store = createMemoryStore(options);
    return { store, close: () => store.close() };
  }
  const client = await connectRedis(config, log, patienceMs);
  const onError = (err: unknown) => log.warn({ err }, 'a blocking Redis connection failed; it reconnects by itself');
  const store = createRedisStore(client, {
    ...options,
    prefix: config.prefix,
    replicas: config.redisReplicas,
    onError,
  });
  return {
    store,
    async close() {
      await store.close();
      client.disconnect();
    },
  };
}
