/** A request on this pod that waits until another run of its call has ended. */
export interface Waiter {
  /** Whether the store has noted, for this waiter, that this pod waits for the call. */
  noted: boolean;
  /** Resolves when the call has ended since the last wait, after `ms`, or when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Removes this waiter. Returns whether it was the last one on this pod for the call. */
  leave(): boolean;
}

/** The requests on this pod that wait for calls. */
export interface CallWaiters {
  /** Adds a waiter. Must be called before the store is asked, so that no end of the call is missed. */
  enter(call: string): Waiter;
  /** The call has ended. Wakes its waiters, so that they ask the store again. */
  wake(call: string): void;
}

interface Entry {
  woken: boolean;
  wake: () => void;
}

export function createCallWaiters(): CallWaiters {
  const waiting = new Map<string, Set<Entry>>();

  return {
    enter(call) {
      const entry: Entry = { woken: false, wake: () => undefined };
      const entries = waiting.get(call) ?? new Set();
      waiting.set(call, entries.add(entry));
      return {
        noted: false,
        async wait(ms, signal) {
          if (!entry.woken && !signal.aborted) await wakeOrTimeout(entry, ms, signal);
          entry.woken = false;
        },
        leave() {
          entries.delete(entry);
          if (entries.size > 0 || waiting.get(call) !== entries) return false;
          waiting.delete(call);
          return true;
        },
      };
    },
    wake(call) {
      for (const entry of waiting.get(call) ?? []) {
        entry.woken = true;
        entry.wake();
      }
    },
  };
}

function wakeOrTimeout(entry: Entry, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    entry.wake = done;
  });
}
