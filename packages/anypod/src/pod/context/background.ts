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
  const running = new Set<Promise<void>>();
  return {
    run(what, work) {
      const watched = work.then(
        () => undefined,
        (err: unknown) => sparse.warn({ what, err }, 'background work failed'),
      );
      running.add(watched);
      void watched.then(() => running.delete(watched));
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
