/**
 * A client that survives: a `fetch` for the official transports.
 * @module anypod/client
 */
export type { ResumeStore } from '../core/store/resume-store.ts';
export type { TaskWatching } from './context.ts';
export { createFileResumeStore } from './file-store.ts';
export { createMemoryResumeStore } from './memory-store.ts';
export { createSurvivingFetch, type SurvivingFetch, type SurvivingFetchOptions } from './surviving-fetch.ts';
