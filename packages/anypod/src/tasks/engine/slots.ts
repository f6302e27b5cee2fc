/** Places for tasks that run at the same time. */
export interface Slots {
  readonly taken: number;
  /** Resolves with the number of free places when there is at least one, or when `signal` aborts. */
  room(signal: AbortSignal): Promise<number>;
  take(): void;
  free(): void;
}

export function createSlots(most: number): Slots {
  let taken = 0;
  let freed = Promise.withResolvers<void>();
  return {
    get taken() {
      return taken;
    },
    async room(signal) {
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      while (taken >= most && !signal.aborted) await Promise.race([freed.promise, aborted]);
      return Math.max(0, most - taken);
    },
    take() {
      taken += 1;
    },
    free() {
      taken -= 1;
      freed.resolve();
      freed = Promise.withResolvers();
    },
  };
}
