import assert from 'node:assert/strict';
import type { Contract } from './subject.ts';

export const spentStatesContract: Contract = {
  of: 'single-use states',
  holds: {
    'are used by one call, and by its repeats': async ({ a, b }) => {
      assert.equal(await a.spent.spend('state', 'call', 60_000), true);
      assert.equal(await b.spent.spend('state', 'other', 60_000), false);
      assert.equal(await b.spent.spend('state', 'call', 60_000), true);
      assert.equal(await a.spent.spend('another', 'other', 60_000), true);
    },

    'are used by one of many that try at once': async ({ a, b }) => {
      const tries = Array.from({ length: 20 }, (_, n) => (n % 2 ? a : b).spent.spend('state', `call-${n}`, 60_000));
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1);
    },

    'are remembered for their own time only': async ({ a, b, pass }) => {
      await a.spent.spend('state', 'call', 50.5);
      await pass(100);
      assert.equal(await b.spent.spend('state', 'other', 50), true);
    },
  },
};
