import assert from 'node:assert/strict';
import type { Expected, StateStore, Written } from '../core/store/state-store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const ID = 'Hsession-of-the-contract';
const session = { session: ID };
const TTL = 60_000;
const alice = { handle: 'aHandleOfAlice0123456_', owner: 'https://issuer.example|alice' };

let last = 0;

/** Writes as a pod does: with a new number, in order. */
function write(
  store: StateStore,
  place: Parameters<StateStore['write']>[0],
  key: string,
  json?: string,
  expected: Expected = 'any',
) {
  last += 1;
  return store.write(place, { key, json, expected, writer: 'pod-a', number: last });
}

function versionOf(written: Written): string {
  assert.equal(written.outcome, 'written');
  assert.ok('version' in written && written.version !== undefined);
  return written.version;
}

/** Adds 1 to a number until the store takes it, as `update` does. */
async function addOne(store: StateStore, key: string, writer: string, nextNumber: () => number): Promise<void> {
  let current = await store.read(session, key);
  for (;;) {
    const expected = current === undefined ? 'none' : { version: current.version };
    const json = String(Number(current?.json ?? 0) + 1);
    const written = await store.write(session, { key, json, expected, writer, number: nextNumber() });
    if (written.outcome !== 'conflict') return assert.equal(written.outcome, 'written');
    current = written.current;
  }
}

export const stateStoreContract: Contract = {
  of: 'what servers keep',
  holds: {
    'is kept with a session, for every pod, and ends with it': async ({ a, b }) => {
      await a.sessions.create(sampleRecord(ID), 'pod-a');
      assert.equal(await a.state.read(session, 'k'), undefined);
      const version = versionOf(await write(a.state, session, 'k', '{"n":1}'));
      assert.deepEqual(await b.state.read(session, 'k'), { version, json: '{"n":1}' });
      await write(b.state, session, '__proto__', '"ünïcode ✓"');
      await write(b.state, session, 'a:b:c', '"1:2"');
      const all = new Map([
        ['k', '{"n":1}'],
        ['__proto__', '"ünïcode ✓"'],
        ['a:b:c', '"1:2"'],
      ]);
      assert.deepEqual(await a.state.entries(session), all);
      await a.sessions.end(ID);
      assert.deepEqual(await write(b.state, session, 'k', '1'), { outcome: 'gone' });
      assert.deepEqual(await b.state.entries(session), new Map());
    },

    'may begin with the session': async ({ a, b }) => {
      await a.sessions.create(
        sampleRecord(ID),
        'pod-a',
        '0-0',
        new Map([
          ['k', '[1]'],
          ['l', 'null'],
        ]),
      );
      assert.deepEqual(
        await b.state.entries(session),
        new Map([
          ['k', '[1]'],
          ['l', 'null'],
        ]),
      );
      const current = await b.state.read(session, 'l');
      assert.ok(current !== undefined);
      versionOf(await write(b.state, session, 'l', '2', { version: current.version }));
      assert.equal((await a.state.read(session, 'l'))?.json, '2');
    },

    'is written only as expected': async ({ a, b }) => {
      await a.sessions.create(sampleRecord(ID), 'pod-a');
      const first = versionOf(await write(a.state, session, 'k', '1', 'none'));
      assert.deepEqual(await write(b.state, session, 'k', '9', 'none'), {
        outcome: 'conflict',
        current: { version: first, json: '1' },
      });
      const second = versionOf(await write(b.state, session, 'k', '2', { version: first }));
      assert.notEqual(second, first);
      assert.equal((await write(a.state, session, 'k', '9', { version: first })).outcome, 'conflict');
      assert.equal((await write(a.state, session, 'k', undefined, { version: second })).outcome, 'written');
      assert.deepEqual(await write(a.state, session, 'k', '9', { version: second }), {
        outcome: 'conflict',
        current: undefined,
      });
      // An entry that is made again is another one, even with the same value.
      assert.notEqual(versionOf(await write(a.state, session, 'k', '2', 'none')), second);
    },

    'is written once by a write that arrives twice': async ({ a, b }) => {
      await a.sessions.create(sampleRecord(ID), 'pod-a');
      const twice = { key: 'k', json: '1', expected: 'any', writer: 'pod-a', number: last + 1 } as const;
      versionOf(await a.state.write(session, twice));
      await b.state.write(session, { key: 'k', json: '2', expected: 'any', writer: 'pod-b', number: 1 });
      assert.deepEqual(await a.state.write(session, twice), { outcome: 'written', version: undefined });
      assert.equal((await b.state.read(session, 'k'))?.json, '2');
    },

    'loses nothing that two pods add at once': async ({ a, b }) => {
      await a.sessions.create(sampleRecord(ID), 'pod-a');
      const pods = [a, b].map(async ({ state }, pod) => {
        let number = 0;
        const nextNumber = () => {
          number += 1;
          return number;
        };
        for (let n = 0; n < 50; n += 1) await addOne(state, 'sum', `pod-${pod}`, nextNumber);
      });
      await Promise.all(pods);
      assert.equal((await a.state.read(session, 'sum'))?.json, '100');
    },

    'has a limit in bytes': {
      options: { stateByteLimit: 20 },
      async check({ a }) {
        await a.sessions.create(sampleRecord(ID), 'pod-a');
        versionOf(await write(a.state, session, 'key', '"12345"'));
        assert.deepEqual(await write(a.state, session, 'ö', '"123456"'), { outcome: 'written', version: '2' });
        assert.deepEqual(await write(a.state, session, 'x', '1'), { outcome: 'too_large', bytes: 22 });
        assert.deepEqual(await write(a.state, session, 'key', '"123456"'), { outcome: 'too_large', bytes: 21 });
        // What makes room is always allowed.
        versionOf(await write(a.state, session, 'key', '1'));
        versionOf(await write(a.state, session, 'x', '1'));
        assert.equal((await write(a.state, session, 'ö')).outcome, 'written');
        versionOf(await write(a.state, session, 'k2', '"12345678"'));
      },
    },

    'is kept under a handle too, for its owner only': async ({ a, b }) => {
      assert.equal(await a.state.create(alice, { entries: new Map([['k', '1']]), ttlMs: TTL }), true);
      const others = [
        { ...alice, owner: 'https://issuer.example|bob' },
        { ...alice, owner: undefined },
      ];
      for (const other of others) {
        assert.equal(await b.state.open(other), false);
        assert.equal(await b.state.read(other, 'k'), undefined);
        assert.deepEqual(await write(b.state, other, 'k', '2'), { outcome: 'gone' });
        assert.equal(await b.state.remove(other), false);
      }
      assert.equal(await b.state.open(alice), true);
      versionOf(await write(b.state, alice, 'l', '2'));
      assert.deepEqual(
        await a.state.entries(alice),
        new Map([
          ['k', '1'],
          ['l', '2'],
        ]),
      );
      assert.equal(await b.state.remove(alice), true);
      assert.equal(await a.state.open(alice), false);
      assert.deepEqual(await write(b.state, alice, 'l', '2'), { outcome: 'gone' });
    },

    'is kept under a handle until it has not been opened for its TTL': async ({ a, b, pass }) => {
      await a.state.create(alice, { entries: new Map([['k', '1']]), ttlMs: 2000 });
      await pass(1500);
      assert.equal(await b.state.open(alice), true);
      await pass(1500);
      assert.equal((await a.state.read(alice, 'k'))?.json, '1');
      await pass(1500);
      assert.equal(await a.state.open(alice), false);
      assert.equal(await a.state.read(alice, 'k'), undefined);
    },

    'has a limit of handles for each principal, and for anonymous callers': {
      options: { handleLimit: 2, anonymousHandleLimit: 128 },
      async check({ a, b, pass }) {
        const named = (handle: string, owner?: string) => ({ handle, owner });
        const make = (handle: string, owner?: string, ttlMs = TTL) =>
          a.state.create(named(handle, owner), { entries: new Map(), ttlMs });
        assert.equal(await make('a1', 'alice'), true);
        assert.equal(await make('a2', 'alice', 1500), true);
        assert.equal(await make('a3', 'alice'), false);
        assert.equal(await make('b1', 'bob'), true);
        for (const handle of ['x1', 'x2', 'y1']) assert.equal(await make(handle), true);
        assert.equal(await make('x3'), false);
        assert.equal(await b.state.remove(named('x1')), true);
        assert.equal(await make('x3'), true);
        await pass(2000);
        assert.equal(await make('a3', 'alice'), true);
      },
    },
  },
};
