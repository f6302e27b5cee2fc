import { createHash } from 'node:crypto';
import type { Sealer } from '../../core/sealer.ts';
import {
  ANONYMOUS_GROUPS,
  type Expected,
  entryBytes,
  type StatePlace,
  type StateStore,
} from '../../core/store/state-store.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

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

/** Reads a stored value, `<version>:<JSON>`. The JSON is sealed, the version is not. */
function storedValue(sealer: Sealer, place: string, key: string, text: string): { version: string; json: string } {
  const colon = text.indexOf(':');
  return { version: text.slice(0, colon), json: sealer.open(place, ENTRY_FIELD + key, text.slice(colon + 1)) };
}

/** The fields where an entry may be. The first one is where it is stored. */
function fieldsOf(sealer: Sealer, place: string, key: string): [string, ...string[]] {
  const [form, ...others] = sealer.forms(place, key);
  return [ENTRY_FIELD + form, ...others.map((other) => ENTRY_FIELD + other)];
}

const expectedText = (expected: Expected) => (typeof expected === 'string' ? expected : expected.version);

/** The fields of entries with which a place begins, and their values in turns. */
export function firstEntries(sealer: Sealer, place: string, entries: ReadonlyMap<string, string>): (string | number)[] {
  if (entries.size === 0) return [];
  const fields: (string | number)[] = [];
  let bytes = 0;
  let version = 0;
  for (const [key, json] of entries) {
    version += 1;
    bytes += entryBytes(key, json);
    // Versions of later writes are plain numbers.
    const sealed = sealer.seal(place, ENTRY_FIELD + key, json);
    fields.push(fieldsOf(sealer, place, key)[0], `first-${version}:${sealed}`);
  }
  return [...fields, 'sb', bytes];
}

export function createRedisStateStore(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  options: Required<StoreOptions>,
): StateStore {
  const { stateByteLimit, handleLimit, anonymousHandleLimit } = options;

  function keyOf(place: StatePlace): string {
    return 'handle' in place ? keys.handle(groupOf(place), place.handle) : keys.session(place.session);
  }

  const keysOf = (place: HandlePlace) => [keyOf(place), keys.handles(groupOf(place))];

  return {
    async read(place, key) {
      const at = keyOf(place);
      const found = (await commands.call('hmget', at, ...fieldsOf(sealer, at, key))) as (string | null)[];
      const text = found.find((value) => value !== null);
      return text ? storedValue(sealer, at, key, text) : undefined;
    },

    async entries(place) {
      const at = keyOf(place);
      const turns = (await commands.run(scripts.stateEntries, [at], ENTRY_FIELD)) as string[];
      const entries = new Map<string, string>();
      for (let turn = 0; turn < turns.length; turn += 2) {
        const key = sealer.nameOf(at, String(turns[turn]).slice(ENTRY_FIELD.length));
        entries.set(key, storedValue(sealer, at, key, String(turns[turn + 1])).json);
      }
      return entries;
    },

    async write(place, { key, json, expected, writer, number }) {
      const at = keyOf(place);
      const [field, ...others] = fieldsOf(sealer, at, key);
      const value = json === undefined ? [0, ''] : [1, sealer.seal(at, ENTRY_FIELD + key, json)];
      const condition = [expectedText(expected), WRITER_FIELD + writer, number, stateByteLimit, entryBytes(key, '')];
      const args = [field, ...value, ...condition, ...others];
      const [outcome, told] = (await commands.run(scripts.writeState, [at], ...args)) as Reply;
      if (outcome === 'gone') return { outcome };
      if (outcome === 'too-large') return { outcome: 'too_large', bytes: Number(told) };
      const text = typeof told === 'string' ? told : undefined;
      if (outcome === 'written') return { outcome, version: text };
      return { outcome, current: text === undefined ? undefined : storedValue(sealer, at, key, text) };
    },

    async create(place, { entries, ttlMs }) {
      const limit = place.owner === undefined ? Math.ceil(anonymousHandleLimit / ANONYMOUS_GROUPS) : handleLimit;
      const args = [place.handle, ttlMs, limit, ...firstEntries(sealer, keyOf(place), entries)];
      return (await commands.run(scripts.createHandle, keysOf(place), ...args)) === 1;
    },

    open: async (place) => (await commands.run(scripts.openHandle, keysOf(place), place.handle)) === 1,
    remove: async (place) => (await commands.run(scripts.removeHandle, keysOf(place), place.handle)) === 1,
  };
}
