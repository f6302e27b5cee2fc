import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

/** The clients of two pods of one server, from `beforeAll` to `afterAll`. One batches its commands, the other does not: neither may see a difference. */
export interface TwoClients {
  readonly a: Redis;
  readonly b: Redis;
}

export function useTwoClients(start: () => Promise<RedisServer> = startRedis): TwoClients {
  const parts: { server?: RedisServer; a?: Redis; b?: Redis } = {};
  beforeAll(async () => {
    parts.server = await start();
    parts.a = new Redis(parts.server.url, { enableAutoPipelining: true });
    parts.b = new Redis(parts.server.url);
  });
  afterAll(async () => {
    parts.a?.disconnect();
    parts.b?.disconnect();
    await parts.server?.stop();
  });
  return {
    get a() {
      return parts.a as Redis;
    },
    get b() {
      return parts.b as Redis;
    },
  };
}
