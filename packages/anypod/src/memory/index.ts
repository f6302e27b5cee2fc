/** The store of one process. */
export type { Clock } from './expiring-map.ts';
export { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';
