/** The store of one process. */
export type { Clock } from './clock.ts';
export { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';
