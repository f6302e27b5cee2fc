/** Tells when the client of a request disconnects before it has its answer. */
export interface Departure {
  /** Returns a signal that aborts then. */
  signal(): AbortSignal;
  /** Calls `listener` then, or at once if the client has already gone. It costs much less than a signal. It may call `listener` after the answer too. */
  onGone(listener: () => void): void;
}

/** The departure that a signal tells. */
export function departureOf(signal: () => AbortSignal): Departure {
  return {
    signal,
    onGone(listener) {
      const gone = signal();
      if (gone.aborted) listener();
      else gone.addEventListener('abort', listener, { once: true });
    },
  };
}
