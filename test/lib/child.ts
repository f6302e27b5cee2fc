import { type SpawnOptions, spawn } from 'node:child_process';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that a test started. It never outlives the test process. */
export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended and its output is complete. */
  readonly exited: Promise<Exit>;
  /** False once the process has ended. */
  readonly running: boolean;
  /** Standard output and standard error so far, in order. */
  logs(): string;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs` (default 10 000). Does nothing to a process that has ended. */
  stop(graceMs?: number): Promise<Exit>;
}

/** Starts a process and keeps what it prints. A program that cannot be started rejects `exited`. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let logs = '';
  let running = true;
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      logs += text;
    });
  }
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => {
    running = false;
    process.removeListener('exit', killAtExit);
  });
  exited.catch(() => {});

  return {
    pid: child.pid ?? 0,
    exited,
    get running() {
      return running;
    },
    logs: () => logs,
    signal: (signal) => void child.kill(signal),
    async stop(graceMs = 10_000) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
