import assert from 'node:assert/strict';
import { type Contract, eventually } from './subject.ts';

export const podRegistryContract: Contract = {
  of: 'pods',
  holds: {
    'live while their lease does, and are dead after it until they renew it': async ({ a, b, pass }) => {
      await a.pods.renew('pod-a', 60_000);
      await b.pods.renew('pod-b', 100);
      assert.ok((await a.pods.living()).has('pod-a'));
      await pass(150);
      assert.deepEqual(await a.pods.living(), new Set(['pod-a']));
      assert.deepEqual(await a.pods.dead(), ['pod-b']);
      await b.pods.renew('pod-b', 60_000);
      assert.deepEqual(await a.pods.living(), new Set(['pod-a', 'pod-b']));
      assert.deepEqual(await a.pods.dead(), []);
    },

    'are dead at once when they leave, but one that never lived is not': async ({ a, b }) => {
      await a.pods.renew('pod-a', 60_000);
      await b.pods.renew('pod-b', 60_000);
      await b.pods.leave('pod-b');
      await b.pods.leave('pod-c');
      assert.deepEqual(await a.pods.living(), new Set(['pod-a']));
      assert.deepEqual(await a.pods.dead(), ['pod-b']);
      await b.pods.leave('pod-b');
      assert.deepEqual(await a.pods.dead(), ['pod-b']);
    },

    'are forgotten once they are dead, and not before': async ({ a, b, pass }) => {
      await a.pods.renew('pod-a', 100);
      await b.pods.renew('pod-b', 60_000);
      await pass(150);
      await b.pods.forget('pod-a');
      await b.pods.forget('pod-a');
      await a.pods.forget('pod-b');
      assert.deepEqual(await b.pods.dead(), []);
      assert.deepEqual(await b.pods.living(), new Set(['pod-b']));
      await a.pods.renew('pod-a', 60_000);
      assert.deepEqual(await b.pods.living(), new Set(['pod-a', 'pod-b']), 'a forgotten pod may come back');
    },

    'get their messages as long as they are not forgotten': async ({ a, b, pass }) => {
      const got: string[] = [];
      await a.inbox.listen(
        'pod-a',
        (message) => got.push(message.type),
        () => assert.fail('no gap'),
      );
      await a.pods.renew('pod-a', 50);
      await pass(100);
      await b.inbox.send('pod-a', { type: 'pod-left', pod: 'pod-x' });
      await b.pods.renew('pod-a', 60_000);
      await b.pods.forget('pod-a');
      await b.inbox.send('pod-a', { type: 'confirmed', ack: '1', from: 'pod-b' });
      await eventually('both arrived', () => got.length === 2);
      await a.pods.leave('pod-a');
      await b.inbox.send('pod-a', { type: 'pod-left', pod: 'pod-y' });
      await eventually('the third arrived', () => got.length === 3);
    },
  },
};
