import assert from 'node:assert/strict';
import type { StreamKey } from '../core/store/event-log.ts';
import type { Store } from '../core/store/store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const x: StreamKey = { session: 's', stream: 'x' };
const y: StreamKey = { session: 's', stream: 'y "quoted"' };
const z: StreamKey = { session: 't', stream: 'x' };
const sorted = (keys: readonly StreamKey[]) => keys.map((key) => `${key.session} ${key.stream}`).sort();

const event = (seq: number) => ({ seq, data: `{"n":${seq}}` });
const stored = { state: 'stored' };

/** Begins a log of pod-a that has not ended. */
async function begin(store: Store, key: StreamKey): Promise<void> {
  if ((await store.sessions.load(key.session, 'pod-a')) === undefined)
    await store.sessions.create(sampleRecord(key.session), 'pod-a');
  assert.deepEqual(await store.events.begin(key, 'pod-a', '[]', [event(1)], false), stored);
}

export const ownershipContract: Contract = {
  of: 'ownership',
  holds: {
    'is what a pod added and has not removed, each log once': async ({ a, b }) => {
      for (const key of [x, y, y, z]) await a.ownership.add('pod-a', key);
      assert.deepEqual(sorted(await b.ownership.of('pod-a')), ['s x', 's y "quoted"', 't x']);
      await b.ownership.remove('pod-a', y);
      await b.ownership.remove('pod-a', y);
      assert.deepEqual(sorted(await a.ownership.of('pod-a')), ['s x', 't x']);
    },

    'is each pod’s own': async ({ a, b }) => {
      await a.ownership.add('pod-a', x);
      await b.ownership.add('pod-b', x);
      await a.ownership.remove('pod-a', x);
      assert.deepEqual(await b.ownership.of('pod-a'), []);
      assert.deepEqual(await a.ownership.of('pod-b'), [x]);
    },

    'outlives the pod’s lease': async ({ a, b, pass }) => {
      await a.ownership.add('pod-a', x);
      await a.pods.renew('pod-a', 50);
      await pass(100);
      assert.deepEqual(await b.ownership.of('pod-a'), [x]);
      await a.pods.leave('pod-a');
      assert.deepEqual(await b.ownership.of('pod-a'), [x]);
    },

    'is noted when a log begins, and gone when its owner has ended it': async ({ a, b }) => {
      for (const key of [x, y]) await begin(a, key);
      assert.deepEqual(sorted(await b.ownership.of('pod-a')), ['s x', 's y "quoted"']);
      assert.deepEqual(await a.events.append(x, 1, [event(2)], false, 'pod-a'), stored);
      assert.deepEqual(sorted(await b.ownership.of('pod-a')), ['s x', 's y "quoted"'], 'it goes on');
      assert.deepEqual(await a.events.append(x, 1, [event(3)], true, 'pod-a'), stored);
      assert.deepEqual(sorted(await b.ownership.of('pod-a')), ['s y "quoted"']);
      assert.deepEqual(await a.events.finish(y, 1, 1, 'pod-a'), stored);
      assert.deepEqual(await b.ownership.of('pod-a'), []);
    },

    'is not noted for a log that is complete from the beginning': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.events.begin(x, 'pod-a', '[]', [event(1)], true);
      assert.deepEqual(await b.ownership.of('pod-a'), []);
    },

    'is gone after a repeated end too, since the first answer may have been lost': async ({ a, b }) => {
      await begin(a, x);
      await a.events.append(x, 1, [event(2)], true);
      assert.deepEqual(await b.ownership.of('pod-a'), [x], 'nobody said who ended it');
      assert.deepEqual(await a.events.append(x, 1, [event(2)], true, 'pod-a'), stored);
      assert.deepEqual(await b.ownership.of('pod-a'), []);
    },

    'stays when a pod that has lost the log tries to end it': async ({ a, b }) => {
      await begin(a, x);
      await b.ownership.add('pod-b', x);
      await b.events.takeOver(x, 'pod-a', 'pod-b');
      assert.deepEqual(await a.events.append(x, 1, [event(2)], true, 'pod-a'), { state: 'fenced' });
      assert.deepEqual([await a.ownership.of('pod-a'), await a.ownership.of('pod-b')], [[x], [x]]);
    },

    'is noted for a log that begins with more than it keeps': {
      options: { streamEventLimit: 2 },
      check: async ({ a, b }) => {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        assert.deepEqual(await a.events.begin(x, 'pod-a', '[]', [1, 2, 3].map(event), false), stored);
        assert.deepEqual(await b.ownership.of('pod-a'), [x]);
      },
    },
  },
};
