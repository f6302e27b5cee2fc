import type { Link } from './linked-list.ts';

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
  readonly afterMs: number;
  add(entry: Late): Link<Deadline>;
  /** Does nothing where it was told or removed before. */
  remove(deadline: Link<Deadline>): void;
}
