import { AnypodError } from '../errors.ts';
import type { RandomId } from '../signer.ts';
import { entryBytes, type StateStore } from '../store/state-store.ts';
import type { StateHandles } from './state.ts';
import { checkedKey, createStateEntries, type EntriesOptions, encodeEntry, tooLarge } from './state-entries.ts';
import { createStoredBackend } from './state-lanes.ts';

export interface HandlesOptions extends EntriesOptions {
  readonly store: StateStore;
  readonly random: RandomId;
  /** The default TTL, and the longest one; ms. */
  readonly ttlMs: number;
  /** Counts a handle that was refused, because its owner has too many. */
  readonly limited: () => void;
}

/** Makes the handles of a caller. The function tells who calls now. Undefined: nobody knows. */
export type HandlesFor = (principal: () => string | undefined) => StateHandles;

/** As `RandomId` makes them. The store is asked for no other. */
const HANDLE = /^[\w-]{22}$/;

export function createHandles(options: HandlesOptions): HandlesFor {
  const { store, random, ttlMs: longest, limit } = options;

  function encode(entries: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
    let bytes = 0;
    const encoded = new Map<string, string>();
    for (const [key, value] of Object.entries(entries)) {
      if (value === undefined) continue;
      const json = encodeEntry(checkedKey(key), value);
      bytes += entryBytes(key, json);
      encoded.set(key, json);
    }
    if (bytes <= limit) return encoded;
    throw tooLarge('The', bytes, limit);
  }

  return (principal) => ({
    async create(entries = {}, { ttlMs = longest } = {}) {
      assertRecord(entries);
      if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > longest) {
        throw new RangeError(`ttlMs must be a whole number from 1 to ${longest} (ANYPOD_HANDLE_TTL).`);
      }
      const handle = random();
      const owner = principal();
      if (await store.create({ handle, owner }, { entries: encode(entries), ttlMs })) return handle;
      options.limited();
      throw new AnypodError(
        'handle_limit',
        owner === undefined
          ? 'Anonymous callers have too many handles. Wait until some expire, or raise ANYPOD_ANONYMOUS_HANDLES.'
          : 'This caller has too many handles. Delete some, wait until some expire, or raise ANYPOD_HANDLES.',
      );
    },
    async open(id) {
      if (!HANDLE.test(String(id))) return undefined;
      const place = { handle: id, owner: principal() };
      if (!(await store.open(place))) return undefined;
      return createStateEntries(createStoredBackend(store, place, `handle ${id} ${place.owner ?? ''}`), options);
    },
    async delete(id) {
      return HANDLE.test(String(id)) && (await store.remove({ handle: id, owner: principal() }));
    },
  });
}

/** Entries of a Map, an array or a string would be lost, or others than the ones that were meant. */
function assertRecord(entries: unknown): void {
  const isObject = typeof entries === 'object' && entries !== null;
  const prototype = isObject ? (Object.getPrototypeOf(entries) as object | null) : entries;
  if (isObject && (prototype === null || Object.getPrototypeOf(prototype) === null)) return;
  throw new TypeError('The entries of a handle must be a plain object, with a member for each entry.');
}
