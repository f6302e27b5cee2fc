import { LinkedList } from '../../core/linked-list.ts';
import type { Log } from '../../core/log.ts';
import { createSparseLog } from '../../core/sparse-log.ts';

/** Work that no request waits for. The pod waits for it before it closes. */
export interface Background {
  /** Watches `work`. If it fails, logs the error under `what` and throws nothing. */
  run(what: string, work: Promise<unknown>): void;
  /** Resolves when no work is running. */
  settled(): Promise<void>;
}

export function createBackground(log: Log): Background {
  const sparse = createSparseLog(log);
  // No set: its tables would keep streams that have ended, as `LinkedList` says.
  const running = new LinkedList<Promise<void>>();
  return {
    run(what, work) {
      const watched = work.then(
        () => undefined,
        (err: unknown) => sparse.warn({ what, err }, 'background work failed'),
      );
      const place = running.push(watched);
      void watched.then(() => running.remove(place));
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
