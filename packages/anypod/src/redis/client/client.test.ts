import { Cluster, Redis } from 'ioredis';
import { expect, expectTypeOf, it } from 'vitest';
import { BLOCK_MS, duplicateForBlocking, type RedisClient } from './client.ts';

it('takes the clients of ioredis as they are', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>();
  expectTypeOf<Cluster>().toExtend<RedisClient>();
});

it('lets a blocking connection wait out an outage, whatever the client it comes from does', () => {
  const client = new Redis({
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: 100,
    enableAutoPipelining: true,
  });
  const blocking = duplicateForBlocking(client) as Redis;
  expect(blocking.options).toMatchObject({
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    enableAutoPipelining: false,
  });
  expect(blocking.options.commandTimeout).toBeGreaterThan(24 * 60 * 60 * 1000);
  expect(blocking.options.socketTimeout).toBeGreaterThan(BLOCK_MS);
});

it('does the same on a cluster', () => {
  const client = new Cluster([{ port: 1 }], {
    lazyConnect: true,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    scaleReads: 'slave',
    redisOptions: { commandTimeout: 100, maxRetriesPerRequest: 1 },
  });
  const blocking = duplicateForBlocking(client) as Cluster;
  expect(blocking.options).toMatchObject({
    enableAutoPipelining: false,
    enableOfflineQueue: true,
    scaleReads: 'master',
    redisOptions: { maxRetriesPerRequest: null },
  });
  expect(blocking.options.redisOptions?.commandTimeout).toBeGreaterThan(24 * 60 * 60 * 1000);
});
