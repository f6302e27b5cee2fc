/** The place of a value in its list. */
export interface Link<T> {
  readonly value: T;
}

interface Node<T> extends Link<T> {
  before: Node<T> | undefined;
  after: Node<T> | undefined;
  linked: boolean;
}

/**
 * A list for values that come and go with every call, in the order in which they came. A Map or Set would keep garbage alive: V8 gives it a new table
 * after a number of changes, and the old table points to the new one. As soon as one table is in the old generation, all later tables and everything
 * that was in them stay until a full collection. That costs kilobytes per call and long pauses of the young generation.
 */
export class LinkedList<T> implements Iterable<T> {
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Undefined: the list is empty. */
  get first(): Link<T> | undefined {
    return this.#first;
  }

  push(value: T): Link<T> {
    const node: Node<T> = { value, before: this.#last, after: undefined, linked: true };
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
    this.#size += 1;
    return node;
  }

  /** Removes a link that `push` of this list returned. False: it was removed before. */
  remove(link: Link<T>): boolean {
    const node = link as Node<T>;
    if (!node.linked) return false;
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
    // A dead node must not point to a live one, or the collector keeps the live one.
    node.before = undefined;
    node.after = undefined;
    node.linked = false;
    this.#size -= 1;
    return true;
  }

  /** Do not change the list while you iterate. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let node = this.#first; node !== undefined; node = node.after) yield node.value;
  }
}
