import type { Link } from './linked-list.ts';

/** Something that is told when its time is up. */
export interface Late {
  late(): void;
}

/** An entry and the time at which it is late. */
export interface Deadline {
  readonly entry: Late;
  /** By the clock of its `Deadlines`, ms. */
  readonly due: number;
}

/** Calls `late` on every entry that is not removed within a fixed time. */
export interface Deadlines {
  readonly afterMs: number;
  add(entry: Late): Link<Deadline>;
  /** Does nothing if the entry was told or removed before. */
  remove(deadline: Link<Deadline>): void;
}
