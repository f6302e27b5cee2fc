import { AnypodError } from '../errors.ts';
import { type JsonValue, writeValue } from '../json/json-value.ts';
import type { Expected, StoredValue, Written } from '../store/state-store.ts';
import type { StateEntries } from './state.ts';
import type { StateBackend, StateLanes } from './state-lanes.ts';

/** What all entries of a pod share. */
export interface EntriesOptions {
  readonly lanes: StateLanes;
  /** How many bytes one place may have; for the message of an error. */
  readonly limit: number;
}

const MOST_ATTEMPTS = 1000;
const MOST_KEY = 256;

/** Gives a user's server the entries of `backend`. `onWrite` gets each write that begins. */
export function createStateEntries(
  backend: StateBackend,
  { lanes, limit }: EntriesOptions,
  onWrite: (work: Promise<unknown>) => void = () => undefined,
): StateEntries {
  function write(key: string, value: unknown, expected: Expected): Promise<Written> {
    const json = value === undefined ? undefined : encodeEntry(key, value);
    const work = lanes.write(backend, key, json, expected);
    onWrite(work);
    return work;
  }

  return {
    async get<T extends JsonValue>(key: string) {
      return decode<T>(await backend.read(checkedKey(key)));
    },
    async set(key, value) {
      // The type does not allow undefined, but JavaScript does: it must not delete the entry.
      if (value === undefined) encodeEntry(checkedKey(key), value);
      assertWritten(await write(checkedKey(key), value, 'any'), key, limit);
    },
    async delete(key) {
      assertWritten(await write(checkedKey(key), undefined, 'any'), key, limit);
    },
    async update<T extends JsonValue>(
      key: string,
      fn: (value: T | undefined) => T | undefined | Promise<T | undefined>,
    ) {
      let current = await backend.read(checkedKey(key));
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        const next = await fn(decode<T>(current));
        const written = await write(key, next, current === undefined ? 'none' : { version: current.version });
        if (written.outcome !== 'conflict') {
          assertWritten(written, key, limit);
          return next;
        }
        current = written.current;
      }
      throw new AnypodError(
        'state_conflict',
        `${JSON.stringify(key)} has changed ${MOST_ATTEMPTS} times during one update. Does the function of update change it itself?`,
      );
    },
    async entries() {
      const all = await backend.entries();
      return [...all].map(([key, json]) => [key, JSON.parse(json) as JsonValue]);
    },
  };
}

/** Throws a `TypeError` for what cannot be a key. */
export function checkedKey(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.length <= MOST_KEY) return key;
  throw new TypeError(`A key must be a string of 1 to ${MOST_KEY} characters.`);
}

/** The JSON of an entry's value. Throws `UnwritableError`. */
export function encodeEntry(key: string, value: unknown): string {
  return writeValue(`The value of ${JSON.stringify(key)}`, value);
}

function decode<T>(value: StoredValue | undefined): T | undefined {
  return value === undefined ? undefined : (JSON.parse(value.json) as T);
}

function assertWritten(written: Written, key: string, limit: number): void {
  if (written.outcome === 'too_large') throw tooLarge(`With ${JSON.stringify(key)}, the`, written.bytes, limit);
  if (written.outcome !== 'written') {
    throw new AnypodError('state_gone', 'These entries are gone: the session has ended, or the handle has expired.');
  }
}

/** `the` begins the sentence: `The`, or words that end with `the`. */
export function tooLarge(the: string, bytes: number, limit: number): AnypodError {
  const message = `${the} entries would take ${bytes} bytes of ${limit}. Keep less, or raise ANYPOD_SESSION_STATE_BYTES.`;
  return new AnypodError('state_too_large', message);
}
