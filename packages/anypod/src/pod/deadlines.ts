/** Something that is told when it takes long. */
export interface Late {
  late(): void;
}

/** Tells what is still there after a fixed time. */
export interface Deadlines {
  add(entry: Late): void;
  remove(entry: Late): void;
}

/** With one timer for all, since one for each request would cost more than all else that is done for it here: what comes first is late first. */
export function createDeadlines(afterMs: number, now: () => number): Deadlines {
  const dueAt = new Map<Late, number>();
  let waiting = false;

  function wait(): void {
    const [first] = dueAt.values();
    waiting = first !== undefined;
    if (first !== undefined) setTimeout(look, first - now());
  }

  function look(): void {
    const time = now();
    for (const [entry, due] of dueAt) {
      if (due > time) break;
      dueAt.delete(entry);
      entry.late();
    }
    wait();
  }

  return {
    add(entry) {
      dueAt.set(entry, now() + afterMs);
      if (!waiting) wait();
    },
    remove: (entry) => void dueAt.delete(entry),
  };
}
