import { readdirSync, readFileSync } from 'node:fs';

/**
 * Microseconds that the threads of a process have spent on a core, user and system: the first field of each thread's
 * `schedstat`, which the scheduler counts in nanoseconds. (`stat` is sampled by the clock tick and errs by half in a round.)
 */
export function cpuTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000;
}
