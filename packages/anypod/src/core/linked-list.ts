/** Where a value is in its list. */
export interface Link<T> {
  readonly value: T;
}

interface Node<T> extends Link<T> {
  before: Node<T> | undefined;
  after: Node<T> | undefined;
  linked: boolean;
}

/**
 * What comes and goes with every call, in the order in which it came. Not a Map or a Set: V8 gives these a new table every so many changes, and lets the
 * old one point to it. So as soon as one table has got into the old generation, all later ones are kept too, with all that was in them,
 * until a full collection: kilobytes for every call, and long pauses for the young generation.
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

  /** Removes what `push` of this list gave; false: it was removed before. */
  remove(link: Link<T>): boolean {
    const node = link as Node<T>;
    if (!node.linked) return false;
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
    // What is dead must not point to what lives, or it keeps it.
    node.before = undefined;
    node.after = undefined;
    node.linked = false;
    this.#size -= 1;
    return true;
  }

  /** The list must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let node = this.#first; node !== undefined; node = node.after) yield node.value;
  }
}
