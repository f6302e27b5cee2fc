import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../json/json-value.ts';
import type { StateStore } from '../store/state-store.ts';
import { EntryTable } from './entry-table.ts';
import { createHandles } from './handles.ts';
import type { StateEntries } from './state.ts';
import { createStateEntries } from './state-entries.ts';
import { createStateLanes, type StateBackend } from './state-lanes.ts';
import { UnstoredState } from './unstored-state.ts';

const LIMIT = 64 * 1024;

/** Numbers that repeat for each seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** A store whose commands take a random time, and whose connection is sometimes lost after a write: then the write is sent again, as ioredis does. */
function slowBackend(table: EntryTable, random: (below: number) => number): StateBackend {
  const wait = async () => {
    for (let left = random(4); left > 0; left -= 1) await turn();
  };
  return {
    name: 'place',
    async read(key) {
      await wait();
      return table.read(key);
    },
    entries: async () => table.entries(),
    async write(write) {
      await wait();
      const first = table.write(write);
      await wait();
      return random(3) === 0 ? table.write(write) : first;
    },
  };
}

function plainEntries(limit = LIMIT): StateEntries {
  const table = new EntryTable(limit);
  return createStateEntries(
    slowBackend(table, () => 1),
    { lanes: createStateLanes('pod'), limit },
  );
}

describe('the entries of a server', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'lose no update and make none twice, whatever comes between (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const table = new EntryTable(LIMIT);
      const pods = ['a', 'b', 'c'].map((pod) =>
        createStateEntries(slowBackend(table, random), { lanes: createStateLanes(pod), limit: LIMIT }),
      );
      const expected: string[] = [];
      const updates = Array.from({ length: 60 }, async (_, n) => {
        const key = `k${n % 2}`;
        expected.push(`${key}:${n}`);
        await pods[random(3)]?.update<string[]>(key, async (list = []) => {
          for (let left = random(3); left > 0; left -= 1) await turn();
          return [...list, `${key}:${n}`];
        });
      });
      await Promise.all(updates);
      const all = (await pods[0]?.entries())?.flatMap(([, list]) => list as string[]);
      expect(all?.toSorted()).toEqual(expected.toSorted());
    },
  );

  it('hold JSON, and refuse a value that would come back as another one', async () => {
    const entries = plainEntries();
    await entries.set('k', { list: [1, 'two', null, { left: undefined }] });
    expect(await entries.get('k')).toEqual({ list: [1, 'two', null, {}] });
    const loop: unknown[] = [];
    loop.push(loop);
    const misfits: [unknown, RegExp][] = [
      [new Map([['a', 1]]), /it is an object of a class \(Map\)/],
      [{ seen: new Set() }, /"seen" is an object of a class \(Set\)/],
      [[undefined], /"0" is undefined in an array/],
      [{ n: Number.NaN }, /"n" is NaN/],
      [{ n: 1n }, /n is a BigInt/],
      [() => 1, /a function/],
      [undefined, /it is undefined; delete the entry instead/],
      [loop, /refers back/],
    ];
    for (const [value, message] of misfits) {
      await expect(entries.set('k', value as JsonValue)).rejects.toThrow(message);
      if (value !== undefined) await expect(entries.update('k', () => value as JsonValue)).rejects.toThrow(message);
    }
    expect(await entries.entries()).toHaveLength(1);
    for (const key of ['', 'x'.repeat(257), 7]) await expect(entries.set(key as string, 1)).rejects.toThrow(TypeError);
  });

  it('delete an entry where update makes undefined of it, and change nothing where its function throws', async () => {
    const entries = plainEntries();
    expect(await entries.update<number>('k', (n = 1) => n + 1)).toBe(2);
    await expect(entries.update('k', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await entries.get('k')).toBe(2);
    expect(await entries.update('k', () => undefined)).toBeUndefined();
    expect(await entries.entries()).toEqual([]);
  });

  it('have a limit, and say so', async () => {
    const entries = plainEntries(10);
    await expect(entries.set('key', 'too long')).rejects.toThrow(
      'With "key", the entries would take 13 bytes of 10. Keep less, or raise ANYPOD_SESSION_STATE_BYTES.',
    );
  });

  it('end an update that changes its own entry', async () => {
    const entries = plainEntries();
    const update = entries.update<number>('k', async (n = 0) => {
      await entries.set('k', n + 1);
      return n;
    });
    await expect(update).rejects.toThrow('has changed 1000 times during one update');
  });

  it('go with the session into the store, and wait while it is stored', async () => {
    const stored = new EntryTable(LIMIT);
    const state = new UnstoredState(
      slowBackend(stored, () => 1),
      LIMIT,
    );
    const entries = createStateEntries(state, { lanes: createStateLanes('pod'), limit: LIMIT });
    await entries.set('n', 1);
    const first = state.take();
    expect(first).toEqual(new Map([['n', '1']]));
    const late = entries.update<number>('n', (n = 0) => n + 1);
    await turn();
    stored.write({ key: 'n', json: '1', expected: 'any', writer: 'x', number: 1 });
    state.stored();
    expect(await late).toBe(2);
    expect(stored.read('n')?.json).toBe('2');
  });
});

describe('the entries of a new handle', () => {
  it.each([[new Map([['a', 1]])], [[1]], ['text'], [7], [null], [new Date()]])(
    'are a plain object, not %o',
    async (entries) => {
      const made: string[] = [];
      const store = { create: async ({ handle }: { handle: string }) => made.push(handle) > 0 };
      const handles = createHandles({
        store: store as unknown as StateStore,
        random: () => 'A'.repeat(22),
        ttlMs: 1000,
        limit: LIMIT,
        limited: () => undefined,
        lanes: createStateLanes('pod'),
      })(() => undefined);
      await expect(handles.create(entries as never)).rejects.toThrow('must be a plain object');
      expect(made).toEqual([]);
      expect(await handles.create({ a: 1 })).toBe('A'.repeat(22));
    },
  );
});
