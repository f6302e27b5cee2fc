import type { StateWrite, StoredValue, Written } from '../store/state-store.ts';
import { EntryTable } from './entry-table.ts';
import type { StateBackend } from './state-lanes.ts';

/** The entries of a session that the store does not have yet. The store gets them with the session. */
export class UnstoredState implements StateBackend {
  readonly name: string;
  readonly #later: StateBackend;
  /** Undefined: the store has the session. */
  #table: EntryTable | undefined;
  /** The session is being stored. */
  #storing: PromiseWithResolvers<void> | undefined;

  /** `later`: the entries once the store has them. */
  constructor(later: StateBackend, limit: number) {
    this.name = later.name;
    this.#later = later;
    this.#table = new EntryTable(limit);
  }

  async read(key: string): Promise<StoredValue | undefined> {
    await this.#storing?.promise;
    return this.#table === undefined ? this.#later.read(key) : this.#table.read(key);
  }

  async entries(): Promise<ReadonlyMap<string, string>> {
    await this.#storing?.promise;
    return this.#table === undefined ? this.#later.entries() : this.#table.entries();
  }

  async write(write: StateWrite): Promise<Written> {
    await this.#storing?.promise;
    return this.#table === undefined ? this.#later.write(write) : this.#table.write(write);
  }

  /** The entries to store with the session. Whoever reads or writes now waits for `stored`. */
  take(): ReadonlyMap<string, string> {
    this.#storing = Promise.withResolvers();
    return this.#table?.entries() ?? new Map();
  }

  /** The store has the session, or will never have it: then nothing more can be written. */
  stored(): void {
    this.#table = undefined;
    this.#storing?.resolve();
  }
}
