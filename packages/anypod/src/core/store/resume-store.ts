/**
 * Where a client keeps what must outlive its process: its session, how far its calls got, and their results. Keys are strings of at most 1 KiB; values
 * are texts. One process uses a store at a time.
 */
export interface ResumeStore {
  /** The value that was set last. Undefined: there is none. */
  get(key: string): Promise<string | undefined>;
  /** Resolves when the value outlives the process. Rejects if it cannot be kept. */
  set(key: string, value: string): Promise<void>;
  /** Resolves when the value is gone, also if there was none. */
  delete(key: string): Promise<void>;
}
