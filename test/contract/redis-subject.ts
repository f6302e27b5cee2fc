import type { RedisClient } from 'anypod/redis';
import { createRedisStore } from 'anypod/redis';
import type { Subject } from 'anypod/testing';

let opened = 0;

/** The store over Redis as the contract sees it; each test gets a prefix of its own. `connect` makes a pod's client. */
export function redisSubject(name: string, clients: () => { a: RedisClient; b: RedisClient }): Subject {
  return {
    name,
    async open(options) {
      const { a, b } = clients();
      const prefix = `test-${++opened}`;
      const stores = [a, b].map((client) => createRedisStore(client, { ...options, prefix }));
      const [storeA, storeB] = stores as [(typeof stores)[0], (typeof stores)[0]];
      return {
        a: storeA,
        b: storeB,
        pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        async close() {
          await Promise.all(stores.map((store) => store.close()));
        },
      };
    },
  };
}
