import { type Link, LinkedList } from '../../core/linked-list.ts';

/** Something that is told when it takes long. */
export interface Late {
  late(): void;
}

/** Until when something has time. */
export interface Deadline {
  readonly entry: Late;
  /** By the clock of its `Deadlines`, ms. */
  readonly due: number;
}

/** Tells what is still there after a fixed time. */
export interface Deadlines {
  add(entry: Late): Link<Deadline>;
  /** Does nothing where it was told or removed before. */
  remove(deadline: Link<Deadline>): void;
}

/** With one timer for all, since one for each request would cost more than all else that is done for it here: what comes first is late first. */
export function createDeadlines(afterMs: number, now: () => number): Deadlines {
  const waiting = new LinkedList<Deadline>();
  let timed = false;

  function wait(): void {
    const first = waiting.first;
    timed = first !== undefined;
    if (first !== undefined) setTimeout(look, Math.max(1, first.value.due - now()));
  }

  function look(): void {
    const time = now();
    for (let first = waiting.first; first !== undefined && first.value.due <= time; first = waiting.first) {
      waiting.remove(first);
      first.value.entry.late();
    }
    wait();
  }

  return {
    add(entry) {
      const deadline = waiting.push({ entry, due: now() + afterMs });
      if (!timed) wait();
      return deadline;
    },
    remove: (deadline) => void waiting.remove(deadline),
  };
}
