import { describe, it } from 'vitest';
import { describeStore } from '../testing/index.ts';
import { createMemoryStore } from './memory-store.ts';

describeStore(
  { describe, it },
  {
    name: 'the store of one process',
    async open(options) {
      let now = Date.now();
      const store = createMemoryStore({ ...options, clock: () => now });
      return {
        a: store,
        b: store,
        async pass(ms) {
          now += ms;
        },
        close: () => store.close(),
      };
    },
  },
);
