import { syncBuiltinESMExports } from 'node:module';

/** Thrown to code that calls `process.exit()`, because that function must not return. The caller of a tool gets it as that tool's error. */
class ExitRefused extends Error {
  constructor() {
    super('A server must not end the process that it shares with other sessions. The pod drains and then ends.');
    this.name = 'ExitRefused';
  }
}

/** Whether `thrown`, which may be any value, is the error that `process.exit()` threw. */
export function isExitRefused(thrown: unknown): boolean {
  try {
    return thrown instanceof ExitRefused;
  } catch {
    return false;
  }
}

/** Stops a server's code from ending the process while the pod serves. */
export interface ExitGuard {
  /** From now on `process.exit()` calls `onExit` and throws `ExitRefused`. */
  close(onExit: () => void): void;
  /** From now on `process.exit()` ends the process with `code`, whatever its argument. */
  open(code: number): void;
  /** Ends the process, whether the guard is open or closed. */
  exit(code: number): never;
}

/** Must be called before the user's module is imported, because the module may keep the function, or import it by name. */
export function createExitGuard(target: NodeJS.Process): ExitGuard {
  const exit = target.exit.bind(target);
  let asked: NodeJS.Process['exit'] = exit;
  target.exit = (code) => asked(code);
  // `import { exit } from 'node:process'` gives what `process` has now.
  syncBuiltinESMExports();
  return {
    close(onExit) {
      asked = () => {
        onExit();
        throw new ExitRefused();
      };
    },
    open(code) {
      asked = () => exit(code);
    },
    exit,
  };
}
