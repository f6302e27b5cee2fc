/**
 * The store of one process.
 * @module anypod/memory
 */
export type { Clock } from './expiring-map.ts';
export { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
