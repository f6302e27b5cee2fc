import { AnypodError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { isUnreadable } from '../../core/sealer.ts';
import type { StoreInspection } from '../../core/store/inspection.ts';
import type { Store, StoreOptions } from '../../core/store/store.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { checkAccess } from '../../redis/access.ts';
import { createRedisStore } from '../../redis/index.ts';
import { createRedisInspection } from '../../redis/inspection/inspection.ts';
import type { Config } from '../settings/config.ts';
import { sealerOf } from '../settings/payload-settings.ts';
import { readRedisAddress } from './redis-address.ts';
import { connectRedis } from './redis-connection.ts';
import { reasonOf } from './redis-refusals.ts';

/** The store, and a function that closes it with its connections. */
export interface OpenStore {
  readonly store: Store;
  /** What an operator sees of it. Undefined: the store is elsewhere, in another process. */
  readonly inspection: StoreInspection | undefined;
  /** Tries what a pod will need of the store. Throws `AnypodError` `store_refused`, with a sentence for the operator, or `store_unavailable`. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the configured store: Redis, or without one `embedded`. Default: one of this process alone. */
export async function openStore(config: Config, log: Log, embedded?: Store): Promise<OpenStore> {
  const { sessionTtlMs, streamRetentionMs, streamEventLimit, streamByteLimit, standingRetentionMs, standingLimit } =
    config;
  const { subscriptionLimit, stateByteLimit, handleLimit, anonymousHandleLimit } = config;
  const options: StoreOptions = {
    sessionTtlMs,
    streamRetentionMs,
    streamEventLimit,
    streamByteLimit,
    standingRetentionMs,
    standingLimit,
    subscriptionLimit,
    stateByteLimit,
    handleLimit,
    anonymousHandleLimit,
  };
  if (config.redis === undefined) {
    if (embedded !== undefined) return withoutConnection(embedded, undefined);
    const store = createMemoryStore(options);
    return withoutConnection(store, store.inspection);
  }
  const client = await connectRedis(config, log);
  const onError = (err: unknown) =>
    log.warn({ err }, isUnreadable(err) ? err.message : 'a blocking Redis connection failed; it reconnects by itself');
  const naming = { prefix: config.prefix, sealer: sealerOf(config) };
  const store = createRedisStore(client, { ...options, ...naming, replicas: config.redisReplicas, onError });
  return {
    store,
    inspection: createRedisInspection(client, naming),
    async check() {
      const { username: user = 'default' } = readRedisAddress(config) ?? {};
      await checkAccess(client, { user, prefix: config.prefix, replicas: config.redisReplicas }).catch((error) => {
        const [reason, isKnown] = [reasonOf(error, user), error instanceof AnypodError];
        throw isKnown && reason !== error.message ? new AnypodError(error.code, reason, { cause: error }) : error;
      });
    },
    async close() {
      await store.close();
      client.disconnect();
    },
  };
}

function withoutConnection(store: Store, inspection: StoreInspection | undefined): OpenStore {
  return { store, inspection, check: async () => undefined, close: () => store.close() };
}
