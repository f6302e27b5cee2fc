import { EntryTable } from '../core/state/entry-table.ts';
import { ANONYMOUS_GROUPS, type StatePlace, type StateStore } from '../core/store/state-store.ts';
import type { StoreOptions } from '../core/store/store.ts';
import type { ExpiringMap } from './expiring-map.ts';
import type { Sessions } from './session-state.ts';

/** A handle with its entries. */
export interface HandleState {
  readonly owner: string | undefined;
  readonly ttlMs: number;
  readonly table: EntryTable;
}

export function createMemoryStateStore(
  sessions: Sessions,
  handles: ExpiringMap<HandleState>,
  options: Required<StoreOptions>,
): StateStore {
  const { stateByteLimit, handleLimit, anonymousHandleLimit } = options;

  function held(id: string, owner: string | undefined): HandleState | undefined {
    const state = handles.get(id);
    return state?.owner === owner ? state : undefined;
  }

  /** Undefined: the place is gone. */
  function tableOf(place: StatePlace): EntryTable | undefined {
    if ('handle' in place) return held(place.handle, place.owner)?.table;
    const session = sessions.get(place.session);
    if (session !== undefined) session.state ??= new EntryTable(stateByteLimit);
    return session?.state;
  }

  /** Whether there is room for one more handle among those that count together with this one. */
  function hasRoom(id: string, owner: string | undefined): boolean {
    const counted = handles.keys().filter((other) => {
      return handles.get(other)?.owner === owner && (owner !== undefined || other[0] === id[0]);
    });
    return counted.length < (owner === undefined ? Math.ceil(anonymousHandleLimit / ANONYMOUS_GROUPS) : handleLimit);
  }

  return {
    read: async (place, key) => tableOf(place)?.read(key),
    entries: async (place) => tableOf(place)?.entries() ?? new Map(),
    write: async (place, write) => tableOf(place)?.write(write) ?? { outcome: 'gone' },
    async create({ handle, owner }, { entries, ttlMs }) {
      if (!hasRoom(handle, owner)) return false;
      handles.set(handle, { owner, ttlMs, table: new EntryTable(stateByteLimit, entries) }, ttlMs);
      return true;
    },
    async open({ handle, owner }) {
      const state = held(handle, owner);
      return state !== undefined && handles.renew(handle, state.ttlMs);
    },
    async remove({ handle, owner }) {
      const exists = held(handle, owner) !== undefined;
      if (exists) handles.delete(handle);
      return exists;
    },
  };
}
