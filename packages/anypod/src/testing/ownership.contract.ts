import assert from 'node:assert/strict';
import type { StreamKey } from '../core/store/event-log.ts';
import type { Contract } from './subject.ts';

const x: StreamKey = { session: 's', stream: 'x' };
const y: StreamKey = { session: 's', stream: 'y "quoted"' };
const z: StreamKey = { session: 't', stream: 'x' };
const sorted = (keys: readonly StreamKey[]) => keys.map((key) => `${key.session} ${key.stream}`).sort();

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
  },
};
