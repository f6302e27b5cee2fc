/** Lets callers pass while it is open, and makes them wait while it is closed. */
export interface Gate {
  /** How many callers wait. */
  readonly waiting: number;
  open(): void;
  close(): void;
  /** Resolves when the gate is open. */
  pass(): Promise<void>;
}

/** An open gate. */
export function createGate(): Gate {
  let opened: Promise<void> | undefined;
  let release = () => {};
  let waiting = 0;
  return {
    get waiting() {
      return waiting;
    },
    open() {
      release();
      opened = undefined;
    },
    close() {
      opened ??= new Promise((resolve) => {
        release = resolve;
      });
    },
    async pass() {
      if (opened === undefined) return;
      waiting += 1;
      await opened;
      waiting -= 1;
    },
  };
}
