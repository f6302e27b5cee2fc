import assert from 'node:assert/strict';
import { type StreamKey, TAKE_OVER_SKIP } from '../core/store/event-log.ts';
import type { Store } from '../core/store/store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const key: StreamKey = { session: 's', stream: 'x' };
const onC = { pod: 'pod-c', connection: 'c1' };
const event = (seq: number) => ({ seq, data: `{"n":${seq}}` });
const fenced = { state: 'fenced' };
/** The seq before the first event after a take-over. */
const after = (seq: number) => seq + TAKE_OVER_SKIP;

/** A log of pod-a with two events. */
async function begin(store: Store): Promise<void> {
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await store.events.open(key, 'pod-a', 1, '[{"id":1}]');
  for (const seq of [1, 2]) await store.events.append(key, 1, [event(seq)], false);
}

export const takeOverContract: Contract = {
  of: 'taking a log over',
  holds: {
    'gives the new owner what it needs to go on': async ({ a, b }) => {
      await begin(a);
      assert.deepEqual(await b.events.takeOver(key, 'pod-a', 'pod-b'), {
        epoch: 2,
        requests: '[{"id":1}]',
        last: after(2),
        events: [event(1), event(2)],
        takeOvers: 1,
      });
      assert.deepEqual(await b.events.append(key, 2, [event(after(3))], true), { state: 'stored' });
      const replay = await a.events.read(key, 0);
      assert.deepEqual(replay, { events: [event(1), event(2), event(after(3))], done: true, truncated: false });
    },

    'fences the old owner: it stores nothing more': async ({ a, b }) => {
      await begin(a);
      await b.events.takeOver(key, 'pod-a', 'pod-b');
      assert.deepEqual(await a.events.append(key, 1, [event(3)], true), fenced);
      assert.deepEqual(await a.events.append(key, 1, [event(2)], false), fenced, 'not even what it stored before');
      assert.deepEqual(await a.events.finish(key, 1, 2), fenced);
      assert.deepEqual(await a.events.open(key, 'pod-a', 1, '[]'), fenced);
      assert.deepEqual(await b.events.read(key, 2), { events: [], done: false, truncated: false });
      assert.deepEqual(await b.events.open(key, 'pod-b', 2, '[]'), { state: 'stored' });
      assert.deepEqual(await b.events.finish(key, 2, 2), { state: 'stored' });
      assert.deepEqual(await a.events.append(key, 1, [event(3)], true), fenced, 'nor after the end');
    },

    'succeeds for one of several': async ({ a, b }) => {
      await begin(a);
      const pods = ['pod-b', 'pod-c', 'pod-d', 'pod-e'];
      const taken = await Promise.all(pods.map((pod, index) => (index % 2 ? a : b).events.takeOver(key, 'pod-a', pod)));
      assert.equal(taken.filter((orphan) => orphan !== undefined).length, 1);
      assert.deepEqual(await a.events.append(key, 2, [event(after(3))], false), { state: 'stored' });
    },

    'is counted': async ({ a, b }) => {
      await begin(a);
      await b.events.takeOver(key, 'pod-a', 'pod-b');
      await b.events.append(key, 2, [event(after(3))], false);
      const again = await a.events.takeOver(key, 'pod-b', 'pod-c');
      assert.deepEqual([again?.takeOvers, again?.epoch, again?.last], [2, 3, after(after(3))]);
      assert.deepEqual(await b.events.append(key, 2, [event(4)], false), fenced);
    },

    'answers the same pod again, which may have missed the answer': async ({ a, b }) => {
      await begin(a);
      const first = await b.events.takeOver(key, 'pod-a', 'pod-b');
      assert.deepEqual(await b.events.takeOver(key, 'pod-a', 'pod-b'), first);
      assert.equal(await b.events.takeOver(key, 'pod-c', 'pod-b'), undefined);
    },

    'leaves the follower': async ({ a, b }) => {
      await begin(a);
      await b.events.follow(key, 2, onC);
      await b.events.takeOver(key, 'pod-a', 'pod-b');
      assert.deepEqual(await b.events.append(key, 2, [event(after(3))], false), { state: 'stored', follower: onC });
    },

    'does not work where there is nothing to take': async ({ a, b }) => {
      await begin(a);
      assert.equal(await b.events.takeOver(key, 'pod-x', 'pod-b'), undefined, 'not its owner');
      assert.equal(await b.events.takeOver({ ...key, stream: 'none' }, 'pod-a', 'pod-b'), undefined, 'no such log');
      await a.events.append(key, 1, [event(3)], true);
      assert.equal(await b.events.takeOver(key, 'pod-a', 'pod-b'), undefined, 'it has ended');
      await a.events.open({ ...key, stream: 'y' }, 'pod-a', 1, '[]');
      await a.sessions.end('s');
      assert.equal(
        await b.events.takeOver({ ...key, stream: 'y' }, 'pod-a', 'pod-b'),
        undefined,
        'its session is gone',
      );
    },

    'that the store has forgotten is made good by its owner': async ({ a, b }) => {
      await begin(a);
      assert.deepEqual(await b.events.append(key, 2, [event(after(3))], false), { state: 'missing', last: -1 });
      assert.deepEqual(await b.events.open(key, 'pod-b', 2, '[]', after(2)), { state: 'stored' });
      assert.deepEqual(await b.events.append(key, 2, [event(after(3))], false), { state: 'stored' });
      assert.deepEqual(await a.events.append(key, 1, [event(3)], false), fenced);
      assert.equal((await a.events.takeOver(key, 'pod-b', 'pod-c'))?.takeOvers, 2);
    },
  },
};
