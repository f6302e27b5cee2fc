import { execFileSync } from 'node:child_process';
import { cpus, platform } from 'node:os';

/** Pods have a core of their own; the load, the balancer and Redis share the other. */
export const POD_CORE = 0;
export const LOAD_CORE = 1;

// Not `availableParallelism`, which is 1 from the moment on that this process has a core of its own.
const CORES = cpus().length;
const canPin = () => platform() === 'linux' && CORES > 1;

/** Moves a process with all its threads to one core, where there are two and the system can. What it starts from then on begins there. */
export function pin(pid: number, core: number): void {
  moveTo(pid, `${core}`);
}

/** Lets a process use every core again. */
export function unpin(pid: number): void {
  moveTo(pid, `0-${CORES - 1}`);
}

/** Runs `work` while this process, and what it starts, may use every core. */
export async function onAllCores<Result>(work: () => Promise<Result>): Promise<Result> {
  unpin(process.pid);
  try {
    return await work();
  } finally {
    pin(process.pid, LOAD_CORE);
  }
}

/** The command line that runs another on one core from its beginning. */
export function onCore(core: number, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return canPin() ? ['taskset', '--cpu-list', `${core}`, ...command] : command;
}

function moveTo(pid: number, cores: string): void {
  if (!canPin()) return;
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, `${pid}`], { stdio: 'ignore' });
}
