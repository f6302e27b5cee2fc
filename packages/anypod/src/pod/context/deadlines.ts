import { callSafely } from '../../core/call-safely.ts';
import type { Deadline, Deadlines } from '../../core/deadlines.ts';
import { LinkedList } from '../../core/linked-list.ts';
import type { Log } from '../../core/log.ts';

/**
 * Uses one timer for all entries: all wait equally long, so the first one added is late first. A timer for each request would cost more than all
 * other work that a pod does for it. An error that an entry throws is logged, and stops neither the other entries nor the process. If `holdsProcess`
 * is false, a process may end while entries wait.
 */
export function createDeadlines(afterMs: number, now: () => number, log: Log, holdsProcess = true): Deadlines {
  const waiting = new LinkedList<Deadline>();
  let timed = false;

  function wait(): void {
    const first = waiting.first;
    timed = first !== undefined;
    if (first === undefined) return;
    const timer = setTimeout(look, Math.max(1, first.value.due - now()));
    if (!holdsProcess) timer.unref();
  }

  function look(): void {
    const time = now();
    for (let first = waiting.first; first !== undefined && first.value.due <= time; first = waiting.first) {
      waiting.remove(first);
      callSafely(log, 'deadline', tell, first.value);
    }
    wait();
  }

  function tell({ entry }: Deadline): void {
    entry.late();
  }

  return {
    afterMs,
    add(entry) {
      const deadline = waiting.push({ entry, due: now() + afterMs });
      if (!timed) wait();
      return deadline;
    },
    remove: (deadline) => void waiting.remove(deadline),
  };
}
