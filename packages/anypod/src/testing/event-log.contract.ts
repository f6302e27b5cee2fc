import assert from 'node:assert/strict';
import type { Replay, StreamKey } from '../core/store/event-log.ts';
import type { Store } from '../core/store/store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const key: StreamKey = { session: 's', stream: 'x' };
const onB = { pod: 'pod-b', connection: 'b1' };
const onB2 = { pod: 'pod-b', connection: 'b2' };

async function open(store: Store): Promise<void> {
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await store.events.open(key, 'pod-a', 1, '[{"id":1}]');
}

const stored = { state: 'stored' } as const;
const event = (seq: number) => ({ seq, data: `{"n":${seq}}` });
const seqs = (replay: Replay | undefined) => replay?.events.map(({ seq }) => seq);

export const eventLogContract: Contract = {
  of: 'the log of an exchange',
  holds: {
    'replays what comes after a position, in order, byte for byte': async ({ a, b }) => {
      await open(a);
      const data = ['{"text":"Ünïcode ✓\\u0000"}', '""', '{"n":3}'];
      for (const [index, text] of data.entries()) {
        await a.events.append(key, 1, [{ seq: index + 1, data: text }], false);
      }
      const all = await b.events.read(key, 0);
      assert.deepEqual(all, {
        events: data.map((text, index) => ({ seq: index + 1, data: text })),
        done: false,
        truncated: false,
      });
      assert.deepEqual(seqs(await b.events.read(key, 1)), [2, 3]);
      assert.deepEqual(seqs(await b.events.read(key, 3)), []);
      assert.deepEqual(seqs(await b.events.read(key, 999_999_999_999_999)), []);
    },

    'keeps more than nine events in the order of numbers': async ({ a, b }) => {
      await open(a);
      for (let seq = 1; seq <= 120; seq++) await a.events.append(key, 1, [event(seq)], false);
      assert.deepEqual(
        seqs(await b.events.follow(key, 8, onB)),
        Array.from({ length: 112 }, (_, index) => index + 9),
      );
    },

    'is empty, not unknown, once opened': async ({ a, b }) => {
      await open(a);
      assert.deepEqual(await b.events.follow(key, 0, onB), { events: [], done: false, truncated: false });
      assert.equal(await b.events.follow({ ...key, stream: 'unknown' }, 0, onB), undefined);
      assert.equal(await b.events.follow({ ...key, session: 'unknown' }, 0, onB), undefined);
    },

    'takes an event once: the same seq again changes nothing and still answers': async ({ a, b }) => {
      await open(a);
      await a.events.append(key, 1, [event(1)], false);
      await b.events.follow(key, 0, onB);
      assert.deepEqual(await a.events.append(key, 1, [{ seq: 1, data: '"other"' }], false), {
        ...stored,
        follower: onB,
      });
      assert.deepEqual((await a.events.read(key, 0))?.events, [event(1)]);
    },

    'never has a hole: an event whose predecessor is missing is refused, and how far the log got is told': async ({
      a,
    }) => {
      await open(a);
      await a.events.append(key, 1, [event(1)], false);
      assert.deepEqual(await a.events.append(key, 1, [event(3)], true), { state: 'missing', last: 1 });
      assert.deepEqual(await a.events.finish(key, 1, 2), { state: 'missing', last: 1 });
      assert.deepEqual(await a.events.read(key, 0), { events: [event(1)], done: false, truncated: false });
      await a.events.append(key, 1, [event(2)], false);
      await a.events.append(key, 1, [event(3)], true);
      assert.deepEqual(await a.events.read(key, 1), { events: [event(2), event(3)], done: true, truncated: false });
    },

    'takes several events at once, in order, and of those the ones that it lacks': async ({ a, b }) => {
      await open(a);
      await a.events.append(key, 1, [event(1)], false);
      await b.events.follow(key, 1, onB);
      const several = [1, 2, 3].map(event);
      assert.deepEqual(await a.events.append(key, 1, several, false), { ...stored, follower: onB });
      assert.deepEqual(await b.events.read(key, 0), { events: several, done: false, truncated: false });
      assert.deepEqual(await a.events.append(key, 1, [5, 6].map(event), true), { state: 'missing', last: 3 });
      assert.deepEqual(await a.events.append(key, 1, [3, 4, 5, 6].map(event), true), { ...stored, follower: onB });
      assert.deepEqual(await b.events.read(key, 3), { events: [4, 5, 6].map(event), done: true, truncated: false });
      await a.events.append(key, 1, [6, 7].map(event), true);
      assert.deepEqual(seqs(await b.events.read(key, 5)), [6], 'nothing after the end');
    },

    'lets a follower ask again, and takes it on only where nobody follows': async ({ a, b }) => {
      await open(a);
      const first = await b.events.follow(key, 0, onB, true);
      assert.deepEqual(first, { events: [], done: false, truncated: false });
      const again = await b.events.follow(key, 0, onB2, true);
      assert.deepEqual(again, { events: [], done: false, truncated: false, previous: onB });
      assert.deepEqual(await a.events.append(key, 1, [event(1)], false), { ...stored, follower: onB });
    },

    'that is not there is missing while its session lives, and gone with it': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const missing = { state: 'missing', last: -1 };
      assert.deepEqual(await a.events.append(key, 1, [event(1)], false), missing);
      assert.deepEqual(await a.events.finish(key, 1), missing);
      assert.deepEqual(await a.events.open(key, 'pod-a', 1, '[]'), stored);
      await b.sessions.end('s');
      assert.deepEqual(await a.events.append(key, 1, [event(1)], false), { state: 'gone' });
      assert.deepEqual(await a.events.finish(key, 1), { state: 'gone' });
      assert.deepEqual(await a.events.open(key, 'pod-a', 1, '[]'), { state: 'gone' });
      assert.equal(await b.events.read(key, 0), undefined);
    },

    'begins with the first events of its exchange, and goes on': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const first = [event(1), { seq: 2, data: '{"text":"Ünïcode ✓\\u0000"}' }];
      assert.deepEqual(await a.events.begin(key, 'pod-a', '[{"id":1}]', first, false), stored);
      assert.deepEqual(await b.events.follow(key, 0, onB), { events: first, done: false, truncated: false });
      assert.deepEqual(await a.events.append(key, 1, [event(3)], true), { ...stored, follower: onB });
      assert.deepEqual(await b.events.read(key, 1), { events: [first[1], event(3)], done: true, truncated: false });
      await a.events.begin({ ...key, stream: 'y' }, 'pod-a', '[]', [], false);
      assert.deepEqual(seqs(await b.events.read({ ...key, stream: 'y' }, 0)), [], 'without events too');
    },

    'is complete from the beginning where its exchange has ended': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      assert.deepEqual(await a.events.begin(key, 'pod-a', '[]', [1, 2].map(event), true), stored);
      const all = { events: [1, 2].map(event), done: true, truncated: false };
      assert.deepEqual(await b.events.follow(key, 0, onB), all);
      assert.deepEqual(await b.events.read(key, 0), all, 'nobody follows');
      assert.equal(await b.events.takeOver(key, 'pod-a', 'pod-b'), undefined);
      await a.sessions.end('s');
      assert.equal(await b.events.read(key, 0), undefined, 'it ends with its session');
    },

    'begins once: a repetition adds what the log lacks, and nothing twice': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.events.begin(key, 'pod-a', '[]', [event(1)], false);
      await b.events.follow(key, 1, onB);
      const again = await a.events.begin(key, 'pod-a', '[]', [{ seq: 1, data: '"other"' }, event(2)], true);
      assert.deepEqual(again, { ...stored, follower: onB });
      assert.deepEqual(await a.events.begin(key, 'pod-a', '[]', [1, 2].map(event), true), { ...stored, follower: onB });
      assert.deepEqual(await b.events.read(key, 0), { events: [1, 2].map(event), done: true, truncated: false });
    },

    'begins neither without its session nor in place of another': async ({ a, b }) => {
      assert.deepEqual(await a.events.begin(key, 'pod-a', '[]', [event(1)], true), { state: 'gone' });
      await open(a);
      assert.deepEqual(await b.events.begin(key, 'pod-b', '[]', [event(1)], false), { state: 'fenced' });
      await b.events.takeOver(key, 'pod-a', 'pod-b');
      assert.deepEqual(await a.events.begin(key, 'pod-a', '[]', [event(1)], true), { state: 'fenced' });
      assert.deepEqual(await b.events.read(key, 0), { events: [], done: false, truncated: false });
    },

    'is found, not made again, by a second open': async ({ a, b }) => {
      await open(a);
      await a.events.append(key, 1, [event(1)], false);
      await b.events.follow(key, 1, onB);
      assert.deepEqual(await a.events.open(key, 'pod-a', 1, '[]'), { ...stored, follower: onB });
      assert.deepEqual(seqs(await b.events.read(key, 0)), [1]);
    },

    'names its follower to each append, until that one leaves': async ({ a, b }) => {
      await open(a);
      assert.deepEqual(await a.events.append(key, 1, [event(1)], false), stored);
      await b.events.follow(key, 1, onB);
      assert.deepEqual(await a.events.append(key, 1, [event(2)], false), { ...stored, follower: onB });
      await b.events.unfollow(key, onB);
      assert.deepEqual(await a.events.append(key, 1, [event(3)], false), stored);
    },

    'has one follower, the newest, whom an older one cannot take off': async ({ a, b }) => {
      await open(a);
      await b.events.follow(key, 0, onB);
      assert.deepEqual(await b.events.follow(key, 0, onB2), {
        events: [],
        done: false,
        truncated: false,
        previous: onB,
      });
      await b.events.unfollow(key, onB);
      assert.deepEqual(await a.events.append(key, 1, [event(1)], false), { ...stored, follower: onB2 });
    },

    'ends with its final event, and then registers nobody': async ({ a, b }) => {
      await open(a);
      await b.events.follow(key, 0, onB);
      assert.deepEqual(await a.events.append(key, 1, [event(1)], true), { ...stored, follower: onB });
      assert.deepEqual(await b.events.follow(key, 0, onB2), {
        events: [event(1)],
        done: true,
        truncated: false,
        previous: onB,
      });
      const again = await a.events.append(key, 1, [event(1)], true);
      assert.deepEqual(again, { ...stored, follower: onB }, 'the second follower was not registered');
      await a.events.append(key, 1, [event(2)], false);
      assert.deepEqual(seqs(await b.events.read(key, 0)), [1], 'nothing is stored after the end');
    },

    'ends without an event where the exchange was cancelled': async ({ a, b }) => {
      await open(a);
      await a.events.append(key, 1, [event(1)], false);
      await b.events.follow(key, 1, onB);
      assert.deepEqual(await a.events.finish(key, 1, 1), { ...stored, follower: onB });
      assert.deepEqual(await a.events.finish(key, 1, 1), { ...stored, follower: onB }, 'a second time as well');
      assert.deepEqual(await b.events.read(key, 0), { events: [event(1)], done: true, truncated: false });
    },

    'is kept after its end for its retention, and then gone': {
      options: { streamRetentionMs: 1000 },
      check: async ({ a, b, pass }) => {
        await open(a);
        await a.events.append(key, 1, [event(1)], true);
        assert.ok(await b.events.read(key, 0));
        await pass(1100);
        assert.equal(await b.events.read(key, 0), undefined);
        assert.deepEqual(await a.events.append(key, 1, [event(2)], true), { state: 'missing', last: -1 });
        await a.events.begin(key, 'pod-a', '[]', [event(1)], true);
        assert.ok(await b.events.read(key, 0));
        await pass(1100);
        assert.equal(await b.events.read(key, 0), undefined, 'the same if it was complete from the beginning');
      },
    },

    'of an exchange that never ends is kept while events come, and then for its idle time': {
      options: { streamIdleMs: 2000 },
      check: async ({ a, b, pass }) => {
        await open(a);
        for (let seq = 1; seq <= 3; seq++) {
          await pass(1100);
          await a.events.append(key, 1, [event(seq)], false);
        }
        assert.deepEqual(seqs(await b.events.read(key, 0)), [1, 2, 3]);
        await pass(2100);
        assert.equal(await b.events.read(key, 0), undefined);
      },
    },

    'of an exchange that says nothing is kept while its owner opens it again': {
      options: { streamIdleMs: 2000 },
      check: async ({ a, b, pass }) => {
        await open(a);
        await a.events.append(key, 1, [event(1)], false);
        for (let times = 1; times <= 3; times++) {
          await pass(1100);
          assert.deepEqual(await a.events.open(key, 'pod-a', 1, '[]'), { state: 'stored' });
        }
        assert.deepEqual(seqs(await b.events.read(key, 0)), [1]);
        await a.sessions.end('s');
        assert.equal(await b.events.read(key, 0), undefined, 'it still ends with its session');
      },
    },

    'still ends with its session when others have come and gone meanwhile': {
      options: { streamRetentionMs: 50 },
      check: async ({ a, b, pass }) => {
        await open(a);
        await a.events.append(key, 1, [event(1)], false);
        await a.events.open({ ...key, stream: 'short' }, 'pod-a', 1, '[]');
        await a.events.append({ ...key, stream: 'short' }, 1, [event(1)], true);
        await pass(100);
        await a.events.open({ ...key, stream: 'third' }, 'pod-a', 1, '[]');
        await b.sessions.end('s');
        for (const stream of ['x', 'short', 'third']) {
          assert.equal(await a.events.read({ ...key, stream }, 0), undefined, stream);
        }
      },
    },
  },
};
