import { entryBytes, type StateWrite, type StoredValue, type Written } from '../store/state-store.ts';

/** The entries of one place, in this process. It changes them by the rules of `StateStore`. */
export class EntryTable {
  readonly #values = new Map<string, StoredValue>();
  /** The number of the last write of each writer. */
  readonly #last = new Map<string, number>();
  readonly #limit: number;
  #bytes = 0;
  #version = 0;

  /** `limit`: bytes. */
  constructor(limit: number, entries: ReadonlyMap<string, string> = new Map<string, string>()) {
    this.#limit = limit;
    for (const [key, json] of entries) this.#put(key, json, 'first-');
  }

  /** What the entries count together. */
  get bytes(): number {
    return this.#bytes;
  }

  read(key: string): StoredValue | undefined {
    return this.#values.get(key);
  }

  entries(): ReadonlyMap<string, string> {
    return new Map([...this.#values].map(([key, { json }]) => [key, json]));
  }

  write({ key, json, expected, writer, number }: StateWrite): Written {
    if ((this.#last.get(writer) ?? 0) >= number) return { outcome: 'written', version: undefined };
    const current = this.#values.get(key);
    if (expected !== 'any' && (expected === 'none' ? undefined : expected.version) !== current?.version) {
      return { outcome: 'conflict', current };
    }
    const before = current === undefined ? 0 : entryBytes(key, current.json);
    const after = json === undefined ? 0 : entryBytes(key, json);
    const bytes = this.#bytes - before + after;
    if (after > before && bytes > this.#limit) return { outcome: 'too_large', bytes };
    this.#last.set(writer, number);
    if (json === undefined) this.#delete(key);
    else this.#put(key, json);
    return { outcome: 'written', version: json === undefined ? undefined : String(this.#version) };
  }

  #put(key: string, json: string, prefix = ''): void {
    this.#delete(key);
    this.#version += 1;
    this.#bytes += entryBytes(key, json);
    this.#values.set(key, { version: prefix + this.#version, json });
  }

  #delete(key: string): void {
    const current = this.#values.get(key);
    if (current === undefined) return;
    this.#bytes -= entryBytes(key, current.json);
    this.#values.delete(key);
  }
}
