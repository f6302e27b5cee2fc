import type { ResumeStore } from '../core/store/resume-store.ts';

/** Keeps everything in this process: what it holds survives the network, and not the process. */
export function createMemoryResumeStore(): ResumeStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
}
