import assert from 'node:assert/strict';
import type { Replay, StreamKey } from '../core/event-log.ts';
import type { Store } from '../core/store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const key: StreamKey = { session: 's', stream: 'x' };
const onB = { pod: 'pod-b', connection: 'b1' };
const onB2 = { pod: 'pod-b', connection: 'b2' };

async function open(store: Store): Promise<void> {
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await store.events.open(key, 'pod-a', '[{"id":1}]');
}

const event = (seq: number) => ({ seq, data: `{"n":${seq}}` });
const seqs = (replay: Replay | undefined) => replay?.events.map(({ seq }) => seq);

export const eventLogContract: Contract = {
  of: 'the log of an exchange',
  holds: {
    'replays what comes after a position, in order, byte for byte': async ({ a, b }) => {
      await open(a);
      const data = ['{"text":"Ünïcode ✓\\u0000"}', '""', '{"n":3}'];
      for (const [index, text] of data.entries()) {
        await a.events.append(key, { seq: index + 1, data: text }, false);
      }
      const all = await b.events.read(key, 0);
      assert.deepEqual(all, { events: data.map((text, index) => ({ seq: index + 1, data: text })), done: false });
      assert.deepEqual(seqs(await b.events.read(key, 1)), [2, 3]);
      assert.deepEqual(seqs(await b.events.read(key, 3)), []);
      assert.deepEqual(seqs(await b.events.read(key, 999_999_999_999_999)), []);
    },

    'keeps more than nine events in the order of numbers': async ({ a, b }) => {
      await open(a);
      for (let seq = 1; seq <= 120; seq++) await a.events.append(key, event(seq), false);
      assert.deepEqual(
        seqs(await b.events.follow(key, 8, onB)),
        Array.from({ length: 112 }, (_, index) => index + 9),
      );
    },

    'keeps the order of appends that did not wait for each other': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const writes: Promise<unknown>[] = [a.events.open(key, 'pod-a', '[]')];
      for (let seq = 1; seq <= 50; seq++) writes.push(a.events.append(key, event(seq), seq === 50));
      await Promise.all(writes);
      const replay = await b.events.read(key, 0);
      assert.deepEqual(
        seqs(replay),
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      assert.equal(replay?.done, true);
    },

    'is empty, not unknown, once opened': async ({ a, b }) => {
      await open(a);
      assert.deepEqual(await b.events.follow(key, 0, onB), { events: [], done: false });
      assert.equal(await b.events.follow({ ...key, stream: 'unknown' }, 0, onB), undefined);
      assert.equal(await b.events.follow({ ...key, session: 'unknown' }, 0, onB), undefined);
    },

    'takes an event once: the same seq again changes nothing and still answers': async ({ a, b }) => {
      await open(a);
      await a.events.append(key, event(1), false);
      await b.events.follow(key, 0, onB);
      assert.deepEqual(await a.events.append(key, { seq: 1, data: '"other"' }, false), onB);
      assert.deepEqual((await a.events.read(key, 0))?.events, [event(1)]);
    },

    'never has a hole: an event whose predecessor is missing is refused': async ({ a }) => {
      await open(a);
      await a.events.append(key, event(1), false);
      await assert.rejects(a.events.append(key, event(3), true), { code: 'store_unavailable' });
      assert.deepEqual(await a.events.read(key, 0), { events: [event(1)], done: false });
      await a.events.append(key, event(2), false);
      await a.events.append(key, event(3), true);
      assert.deepEqual(await a.events.read(key, 1), { events: [event(2), event(3)], done: true });
    },

    'names its follower to each append, until that one leaves': async ({ a, b }) => {
      await open(a);
      assert.equal(await a.events.append(key, event(1), false), undefined);
      await b.events.follow(key, 1, onB);
      assert.deepEqual(await a.events.append(key, event(2), false), onB);
      await b.events.unfollow(key, onB);
      assert.equal(await a.events.append(key, event(3), false), undefined);
    },

    'has one follower, the newest, whom an older one cannot take off': async ({ a, b }) => {
      await open(a);
      await b.events.follow(key, 0, onB);
      assert.deepEqual(await b.events.follow(key, 0, onB2), { events: [], done: false, previous: onB });
      await b.events.unfollow(key, onB);
      assert.deepEqual(await a.events.append(key, event(1), false), onB2);
    },

    'ends with its final event, and then registers nobody': async ({ a, b }) => {
      await open(a);
      await b.events.follow(key, 0, onB);
      assert.deepEqual(await a.events.append(key, event(1), true), onB);
      assert.deepEqual(await b.events.follow(key, 0, onB2), { events: [event(1)], done: true, previous: onB });
      assert.deepEqual(await a.events.append(key, event(1), true), onB, 'the second follower was not registered');
      await a.events.append(key, event(2), false);
      assert.deepEqual(seqs(await b.events.read(key, 0)), [1], 'nothing is stored after the end');
    },

    'ends without an event where the exchange was cancelled': async ({ a, b }) => {
      await open(a);
      await a.events.append(key, event(1), false);
      await b.events.follow(key, 1, onB);
      assert.deepEqual(await a.events.finish(key), onB);
      assert.deepEqual(await b.events.read(key, 0), { events: [event(1)], done: true });
      assert.equal(await a.events.finish({ ...key, stream: 'unknown' }), undefined);
    },

    'is kept after its end for its retention, and then gone': {
      options: { streamRetentionMs: 200 },
      check: async ({ a, b, pass }) => {
        await open(a);
        await a.events.append(key, event(1), true);
        assert.ok(await b.events.read(key, 0));
        await pass(250);
        assert.equal(await b.events.read(key, 0), undefined);
        assert.equal(await a.events.append(key, event(2), true), undefined);
      },
    },

    'of an exchange that never ends is kept while events come, and then for its idle time': {
      options: { streamIdleMs: 2000 },
      check: async ({ a, b, pass }) => {
        await open(a);
        for (let seq = 1; seq <= 3; seq++) {
          await pass(1100);
          await a.events.append(key, event(seq), false);
        }
        assert.deepEqual(seqs(await b.events.read(key, 0)), [1, 2, 3]);
        await pass(2100);
        assert.equal(await b.events.read(key, 0), undefined);
      },
    },

    'still ends with its session when others have come and gone meanwhile': {
      options: { streamRetentionMs: 50 },
      check: async ({ a, b, pass }) => {
        await open(a);
        await a.events.append(key, event(1), false);
        await a.events.open({ ...key, stream: 'short' }, 'pod-a', '[]');
        await a.events.append({ ...key, stream: 'short' }, event(1), true);
        await pass(100);
        await a.events.open({ ...key, stream: 'third' }, 'pod-a', '[]');
        await b.sessions.end('s');
        for (const stream of ['x', 'short', 'third']) {
          assert.equal(await a.events.read({ ...key, stream }, 0), undefined, stream);
        }
      },
    },
  },
};
