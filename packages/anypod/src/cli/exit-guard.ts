/** Thrown to code that called `process.exit()`, which never returns: whoever called a tool gets it as that tool's error. */
class ExitRefused extends Error {
  constructor() {
    super('A server must not end the process that it shares with other sessions. The pod drains, and ends then.');
    this.name = 'ExitRefused';
  }
}

/** Whether `thrown`, which may be anything, is what `process.exit()` was answered with. */
export function isExitRefused(thrown: unknown): boolean {
  try {
    return thrown instanceof ExitRefused;
  } catch {
    return false;
  }
}

/** Keeps a server's code from ending the process while it serves. */
export interface ExitGuard {
  /** From now on `process.exit()` calls `onExit` and throws `ExitRefused`. */
  close(onExit: () => void): void;
  /** From now on `process.exit()` ends the process with `code`, whatever it is called with. */
  open(code: number): void;
  /** Ends the process, whatever else is asked of it. */
  exit(code: number): never;
}

export function createExitGuard(target: NodeJS.Process): ExitGuard {
  const exit = target.exit.bind(target);
  return {
    close(onExit) {
      target.exit = () => {
        onExit();
        throw new ExitRefused();
      };
    },
    open(code) {
      target.exit = () => exit(code);
    },
    exit,
  };
}
