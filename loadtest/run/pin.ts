import { execFileSync } from 'node:child_process';
import { availableParallelism, platform } from 'node:os';

/** Pods have a core of their own; the load, the balancer and Redis share the other. */
export const POD_CORE = 0;
export const LOAD_CORE = 1;

/** Moves a process with all its threads to one core, where there are two and the system can. */
export function pin(pid: number, core: number): void {
  if (platform() !== 'linux' || availableParallelism() < 2) return;
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', `${core}`, `${pid}`], { stdio: 'ignore' });
}
