import { createHash } from 'node:crypto';
import { ANONYMOUS_GROUPS, type Expected, entryBytes, type StatePlace, type StateStore } from '../core/state-store.ts';
import type { StoreOptions } from '../core/store.ts';
import type { Commands } from './commands.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

/** Entries are fields of the hash of their session or handle. So they are renewed and removed with it, by builds that do not know them as well. */
const ENTRY_FIELD = 's:';
const WRITER_FIELD = 'w:';

type Reply = ['written', string?] | ['conflict', string?] | ['too-large', number] | ['gone'];

type HandlePlace = Extract<StatePlace, { handle: string }>;

/** The handles of one group count together and share a slot: those of one principal, or of the anonymous handles that begin with the same character. */
function groupOf({ handle, owner }: HandlePlace): string {
  if (owner === undefined) return `anonymous-${handle.slice(0, 1)}`;
  return createHash('sha256').update(owner).digest('base64url');
}

/** Separates a stored value, `<version>:<JSON>`. */
function storedValue(text: string): { version: string; json: string } {
  const colon = text.indexOf(':');
  return { version: text.slice(0, colon), json: text.slice(colon + 1) };
}

const expectedText = (expected: Expected) => (typeof expected === 'string' ? expected : expected.version);

/** The fields of entries with which a place begins, and their values in turns. */
export function firstEntries(entries: ReadonlyMap<string, string>): (string | number)[] {
  if (entries.size === 0) return [];
  const fields: (string | number)[] = [];
  let bytes = 0;
  let version = 0;
  for (const [key, json] of entries) {
    version += 1;
    bytes += entryBytes(key, json);
    // Versions of later writes are plain numbers.
    fields.push(ENTRY_FIELD + key, `first-${version}:${json}`);
  }
  return [...fields, 'sb', bytes];
}

export function createRedisStateStore(commands: Commands, keys: Keys, options: Required<StoreOptions>): StateStore {
  const { stateByteLimit, handleLimit, anonymousHandleLimit } = options;

  function keyOf(place: StatePlace): string {
    return 'handle' in place ? keys.handle(groupOf(place), place.handle) : keys.session(place.session);
  }

  const keysOf = (place: HandlePlace) => [keyOf(place), keys.handles(groupOf(place))];

  return {
    async read(place, key) {
      const text = (await commands.call('hget', keyOf(place), ENTRY_FIELD + key)) as string | null;
      return text === null ? undefined : storedValue(text);
    },

    async entries(place) {
      const turns = (await commands.run(scripts.stateEntries, [keyOf(place)], ENTRY_FIELD)) as string[];
      const entries = new Map<string, string>();
      for (let at = 0; at < turns.length; at += 2) {
        entries.set(String(turns[at]).slice(ENTRY_FIELD.length), storedValue(String(turns[at + 1])).json);
      }
      return entries;
    },

    async write(place, { key, json, expected, writer, number }) {
      const value = json === undefined ? [0, ''] : [1, json];
      const condition = [expectedText(expected), WRITER_FIELD + writer, number, stateByteLimit, entryBytes(key, '')];
      const args = [ENTRY_FIELD + key, ...value, ...condition];
      const [outcome, told] = (await commands.run(scripts.writeState, [keyOf(place)], ...args)) as Reply;
      if (outcome === 'gone') return { outcome };
      if (outcome === 'too-large') return { outcome: 'too_large', bytes: Number(told) };
      const text = typeof told === 'string' ? told : undefined;
      if (outcome === 'written') return { outcome, version: text };
      return { outcome, current: text === undefined ? undefined : storedValue(text) };
    },

    async create(place, { entries, ttlMs }) {
      const limit = place.owner === undefined ? Math.ceil(anonymousHandleLimit / ANONYMOUS_GROUPS) : handleLimit;
      const args = [place.handle, ttlMs, limit, ...firstEntries(entries)];
      return (await commands.run(scripts.createHandle, keysOf(place), ...args)) === 1;
    },

    open: async (place) => (await commands.run(scripts.openHandle, keysOf(place), place.handle)) === 1,
    remove: async (place) => (await commands.run(scripts.removeHandle, keysOf(place), place.handle)) === 1,
  };
}
