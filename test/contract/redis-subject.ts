import type { Sealer } from 'anypod';
import type { RedisClient } from 'anypod/redis';
import { createRedisStore } from 'anypod/redis';
import type { Subject } from 'anypod/testing';

let opened = 0;

/** What the builds of the two pods know. */
interface Builds {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

const SAME: Builds = { a: ['v1'], b: ['v1'] };

interface Differences {
  readonly builds?: Builds;
  readonly sealers?: { readonly a: Sealer; readonly b: Sealer };
}

/** The store over Redis as the contract sees it; each test gets a prefix of its own. */
export function redisSubject(
  name: string,
  clients: () => { a: RedisClient; b: RedisClient },
  { builds = SAME, sealers }: Differences = {},
): Subject {
  return {
    name,
    async open(options) {
      const { a, b } = clients();
      const prefix = `test-${++opened}`;
      const storeA = createRedisStore(a, {
        ...options,
        prefix,
        versions: builds.a,
        ...(sealers && { sealer: sealers.a }),
      });
      const storeB = createRedisStore(b, {
        ...options,
        prefix,
        versions: builds.b,
        ...(sealers && { sealer: sealers.b }),
      });
      return {
        a: storeA,
        b: storeB,
        pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        async close() {
          await Promise.all([storeA.close(), storeB.close()]);
        },
      };
    },
  };
}
