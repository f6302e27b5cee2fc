import { expect, it, vi } from 'vitest';
import { createExpiringMap } from './expiring-map.ts';
import { createMemoryStore } from './memory-store.ts';

it('hides an entry from its last moment on, and frees it when swept', () => {
  let now = 0;
  const map = createExpiringMap<string>(() => now);
  map.set('short', 'a', 10);
  map.set('long', 'b', 100);
  now = 9;
  expect(map.get('short')).toBe('a');
  now = 10;
  expect(map.keys()).toEqual(['long']);
  expect(map.renew('short', 10)).toBe(false);
  expect(map.get('short')).toBeUndefined();
  expect(map.renew('long', 100)).toBe(true);
  now = 109;
  expect(map.get('long')).toBe('b');
  now = 110;
  map.sweep();
  now = 0;
  expect(map.get('long')).toBeUndefined();
});

it('is swept by a timer that ends with the store', async () => {
  vi.useFakeTimers();
  const store = createMemoryStore();
  expect(vi.getTimerCount()).toBe(1);
  await store.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
