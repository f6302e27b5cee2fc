/** Work that must end before an answer leaves, because the answer tells its client of the work. */
export class Unsettled {
  #all: Promise<void> | undefined;

  /** Adds work. Whoever began it handles its failure. */
  add(work: Promise<unknown>): void {
    const done = work.then(
      () => undefined,
      () => undefined,
    );
    const all = Promise.all([this.#all, done]).then(() => {
      if (this.#all === all) this.#all = undefined;
    });
    this.#all = all;
  }

  /** Resolves when the work so far has ended. Undefined: there is none. */
  get settled(): Promise<void> | undefined {
    return this.#all;
  }
}
