import type { Expected, StatePlace, StateStore, StateWrite, StoredValue, Written } from '../store/state-store.ts';

/** The entries of one place. */
export interface StateBackend {
  /** Unique among all places. */
  readonly name: string;
  read(key: string): Promise<StoredValue | undefined>;
  entries(): Promise<ReadonlyMap<string, string>>;
  write(write: StateWrite): Promise<Written>;
}

/** The writes of this pod in one place. */
interface Lane {
  tail: Promise<unknown>;
  users: number;
  /** The newest values that this pod knows, while it writes here. So its own calls do not ask the store for each other's conflicts. */
  readonly latest: Map<string, StoredValue | undefined>;
}

/** Writes entries, in each place one write at a time. So the store can tell a write that reaches it twice from a new one. */
export interface StateLanes {
  /** `json` undefined: delete the entry. */
  write(backend: StateBackend, key: string, json: string | undefined, expected: Expected): Promise<Written>;
}

/** `writer` names this pod. */
export function createStateLanes(writer: string): StateLanes {
  const lanes = new Map<string, Lane>();
  let number = 0;

  async function send(backend: StateBackend, lane: Lane, key: string, json: string | undefined, expected: Expected) {
    number += 1;
    const written = await backend.write({ key, json, expected, writer, number });
    if (written.outcome === 'conflict') lane.latest.set(key, written.current);
    else if (written.outcome !== 'written') lane.latest.delete(key);
    else if (json === undefined) lane.latest.set(key, undefined);
    else if (written.version === undefined) lane.latest.delete(key);
    else lane.latest.set(key, { version: written.version, json });
    return written;
  }

  return {
    async write(backend, key, json, expected) {
      const lane = lanes.get(backend.name) ?? { tail: Promise.resolve(), users: 0, latest: new Map() };
      lanes.set(backend.name, lane);
      lane.users += 1;
      const turn = lane.tail.then(() => knownConflict(lane, key, expected) ?? send(backend, lane, key, json, expected));
      lane.tail = turn.catch(() => lane.latest.clear());
      try {
        return await turn;
      } finally {
        lane.users -= 1;
        if (lane.users === 0) lanes.delete(backend.name);
      }
    },
  };
}

/** Undefined: the store must be asked. */
function knownConflict({ latest }: Lane, key: string, expected: Expected): Written | undefined {
  if (expected === 'any' || !latest.has(key)) return undefined;
  const current = latest.get(key);
  const version = expected === 'none' ? undefined : expected.version;
  return current?.version === version ? undefined : { outcome: 'conflict', current };
}

/** The entries of a session or handle in the store. `name`: unique among all places. */
export function createStoredBackend(store: StateStore, place: StatePlace, name: string): StateBackend {
  return {
    name,
    read: (key) => store.read(place, key),
    entries: () => store.entries(place),
    write: (write) => store.write(place, write),
  };
}
