import type { Listening } from '../core/store/inbox.ts';

/** The ids of queued tasks, in order. Each goes to one reader. */
export interface TaskQueue {
  readonly size: number;
  push(id: string): void;
  /** Gives ids to `onId` whenever `room` says that there is room. */
  read(room: (signal: AbortSignal) => Promise<number>, onId: (id: string) => void): Listening;
  close(): void;
}

export function createTaskQueue(): TaskQueue {
  const ids: string[] = [];
  const closing = new AbortController();
  let filled = Promise.withResolvers<void>();

  async function readOn(
    room: (signal: AbortSignal) => Promise<number>,
    onId: (id: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      await room(signal);
      if (signal.aborted) return;
      const id = ids.shift();
      if (id !== undefined) onId(id);
      else await Promise.race([filled.promise, aborted(signal)]);
    }
  }

  return {
    get size() {
      return ids.length;
    },
    push(id) {
      ids.push(id);
      filled.resolve();
      filled = Promise.withResolvers();
    },
    read(room, onId) {
      const stopping = new AbortController();
      void readOn(room, onId, AbortSignal.any([stopping.signal, closing.signal]));
      return { stop: async () => stopping.abort() };
    },
    close: () => closing.abort(),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
