/**
 * The store over Redis or Redis Cluster.
 * @module anypod/redis
 */
export type {
  BlockingOptions,
  ClusterBlockingOptions,
  ClusterClient,
  RedisClient,
  RedisConnection,
  SingleClient,
} from './client/client.ts';
export { createRedisStore, type RedisStoreOptions } from './redis-store.ts';
