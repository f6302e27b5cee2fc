import { setTimeout as delay } from 'node:timers/promises';
import { AnypodError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;
const CLOSE_WITHIN_MS = 2000;

/** Writes to the store that no request waits for. Each is repeated until it succeeds. */
export interface LastingWrites {
  run(what: string, write: () => Promise<void>): void;
  /** Resolves when no write is left. Gives up writes that do not succeed within 2 s. */
  close(): Promise<void>;
}

export function createLastingWrites(log: Log): LastingWrites {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  async function retryWhileStoreAway(write: () => Promise<void>): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
      try {
        return await write();
      } catch (error) {
        const away = error instanceof AnypodError && error.code === 'store_unavailable';
        if (!away || closing.signal.aborted) throw error;
        await delay(waitMs, undefined, { signal: closing.signal, ref: false });
      }
    }
  }

  return {
    run(what, write) {
      const watched = retryWhileStoreAway(write)
        .catch((err: unknown) => log.warn({ what, err }, 'the outcome of a call could not be stored'))
        .finally(() => running.delete(watched));
      running.add(watched);
    },
    async close() {
      const giveUp = setTimeout(() => closing.abort(), CLOSE_WITHIN_MS).unref();
      while (running.size > 0) await Promise.all(running);
      clearTimeout(giveUp);
    },
  };
}
