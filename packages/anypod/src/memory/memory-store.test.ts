import { describe, expect, it, vi } from 'vitest';
import { describeStore, sampleRecord } from '../testing/index.ts';
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

describe('the sweep of the memory store', () => {
  it('frees what has expired and nobody asked for, until the store is closed', async () => {
    vi.useFakeTimers();
    try {
      const held = vi.spyOn(Map.prototype, 'delete');
      const store = createMemoryStore({ sessionTtlMs: 1000 });
      await store.sessions.create(sampleRecord('s'), 'pod-a');
      vi.advanceTimersByTime(60_000);
      expect(held).toHaveBeenCalledWith('s');
      await store.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });
});
