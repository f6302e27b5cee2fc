import assert from 'node:assert/strict';
import type { Contract } from './subject.ts';

export const podRegistryContract: Contract = {
  of: 'pods',
  holds: {
    'live while their lease does': async ({ a, b, pass }) => {
      await a.pods.renew('pod-a', 60_000);
      await b.pods.renew('pod-b', 100);
      assert.ok((await a.pods.living()).has('pod-a'));
      await pass(150);
      assert.deepEqual(await a.pods.living(), new Set(['pod-a']));
      await b.pods.renew('pod-b', 60_000);
      assert.deepEqual(await a.pods.living(), new Set(['pod-a', 'pod-b']));
    },

    'leave at once': async ({ a, b }) => {
      await a.pods.renew('pod-a', 60_000);
      await b.pods.renew('pod-b', 60_000);
      await b.pods.leave('pod-b');
      assert.deepEqual(await a.pods.living(), new Set(['pod-a']));
      await b.pods.leave('pod-b');
    },
  },
};
