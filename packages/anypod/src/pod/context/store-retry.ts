import { setTimeout as delay } from 'node:timers/promises';
import { AnypodError } from '../../core/errors.ts';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;

/** Whether the pod could not reach the store, so that a retry makes sense. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof AnypodError && error.code === 'store_unavailable';
}

/**
 * Repeats a write while the store is away, until it succeeds or the pod closes. Rejects with any other error at once. Calls `onAway` before it waits.
 */
export async function retryWhileStoreAway<T>(
  { closing }: { readonly closing: AbortSignal },
  write: () => Promise<T>,
  onAway?: () => void,
): Promise<T> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!isStoreAway(error) || closing.aborted) throw error;
      onAway?.();
      await delay(waitMs, undefined, { signal: closing, ref: false });
    }
  }
}
