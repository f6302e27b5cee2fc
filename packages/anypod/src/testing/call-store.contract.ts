import assert from 'node:assert/strict';
import { type Contract, eventually } from './subject.ts';

const KEEP = 60_000;
const one = { run: 'run-1', pod: 'pod-a' };
const two = { run: 'run-2', pod: 'pod-b' };
const joined = { kind: 'running', ...one, runs: 1 };

export const callStoreContract: Contract = {
  of: 'calls that run once',
  holds: {
    'are begun by one and joined by others, who are to be woken': async ({ a, b }) => {
      assert.deepEqual(await a.calls.begin('c', one, 'f', KEEP), { kind: 'begun' });
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), joined);
      assert.deepEqual(await b.calls.begin('c', { run: 'run-3', pod: 'pod-b' }, 'f', KEEP), joined);
      assert.deepEqual(await b.calls.begin('other', two, 'f', KEEP), { kind: 'begun' });
      assert.deepEqual(await a.calls.complete('c', 'run-1', 'f', '{"result":{}}', KEEP), ['pod-b']);
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), { kind: 'done', response: '{"result":{}}' });
    },

    'are begun by one of many that try at once': async ({ a, b }) => {
      const tries = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? a : b).calls.begin('c', { run: `run-${n}`, pod: 'pod-a' }, 'f', KEEP),
      );
      assert.equal((await Promise.all(tries)).filter(({ kind }) => kind === 'begun').length, 1);
    },

    'are not joined with other arguments, running or done': async ({ a, b }) => {
      await a.calls.begin('c', one, 'f', KEEP);
      assert.deepEqual(await b.calls.begin('c', two, 'g', KEEP), { kind: 'other-arguments' });
      assert.deepEqual(await a.calls.complete('c', 'run-1', 'f', '{}', KEEP), []);
      assert.deepEqual(await b.calls.begin('c', two, 'g', KEEP), { kind: 'other-arguments' });
    },

    'keep the first response, and only that of their run': async ({ a, b }) => {
      await a.calls.begin('c', one, 'f', KEEP);
      assert.equal(await b.calls.complete('c', 'run-2', 'f', '{"n":2}', KEEP), undefined);
      assert.deepEqual(await a.calls.complete('c', 'run-1', 'f', '{"n":1}', KEEP), []);
      assert.deepEqual(await a.calls.complete('c', 'run-1', 'f', '{"n":3}', KEEP), []);
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), { kind: 'done', response: '{"n":1}' });
    },

    'are forgotten when they are released, by their run only': async ({ a, b }) => {
      await a.calls.begin('c', one, 'f', KEEP);
      await b.calls.begin('c', two, 'f', KEEP);
      assert.equal(await b.calls.release('c', 'run-2', false), undefined);
      assert.deepEqual(await a.calls.release('c', 'run-1', false), { released: true, waiting: ['pod-b'] });
      assert.equal(await a.calls.release('c', 'run-1', false), undefined);
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), { kind: 'begun' });
      await b.calls.complete('c', 'run-2', 'f', '{}', KEEP);
      assert.equal(await b.calls.release('c', 'run-2', false), undefined);
    },

    'stay while they are awaited, where their run asks for it': async ({ a, b }) => {
      await a.calls.begin('c', one, 'f', KEEP);
      await b.calls.begin('c', two, 'f', KEEP);
      assert.deepEqual(await a.calls.release('c', 'run-1', true), { released: false, waiting: ['pod-b'] });
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), joined);
      await b.calls.leave('c', 'pod-b');
      assert.deepEqual(await a.calls.release('c', 'run-1', true), { released: true, waiting: [] });
    },

    'are taken over from a lost run by one of many': async ({ a, b }) => {
      await a.calls.begin('c', one, 'f', KEEP);
      await b.calls.begin('c', two, 'f', KEEP);
      const tries = [two, { run: 'run-3', pod: 'pod-c' }].map((by) => b.calls.takeOver('c', 'run-1', by, KEEP));
      assert.deepEqual((await Promise.all(tries)).toSorted(), [false, true]);
      const state = await a.calls.begin('c', one, 'f', KEEP);
      assert.equal(state.kind === 'running' && state.runs, 2);
      assert.equal(await a.calls.complete('c', 'run-1', 'f', '{}', KEEP), undefined, 'the lost run is fenced');
    },

    'are not taken over once they are done': async ({ a, b }) => {
      await a.calls.begin('c', one, 'f', KEEP);
      await a.calls.complete('c', 'run-1', 'f', '{}', KEEP);
      assert.equal(await b.calls.takeOver('c', 'run-1', two, KEEP), false);
      assert.equal(await b.calls.takeOver('never', 'run-1', two, KEEP), false);
    },

    'are forgotten in time, running or done, unless their run renews them': async ({ a, b, pass }) => {
      await a.calls.begin('c', one, 'f', 50);
      await a.calls.begin('kept', one, 'f', 1000);
      await b.calls.renew('kept', 'run-2', 1);
      await a.calls.renew('kept', 'run-1', KEEP);
      await pass(1100);
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), { kind: 'begun' });
      assert.deepEqual(await b.calls.begin('kept', two, 'f', KEEP), joined);
      await b.calls.complete('c', 'run-2', 'f', '{}', 50);
      await b.calls.renew('c', 'run-2', KEEP);
      await eventually('forgotten', async () => {
        await pass(50);
        return (await a.calls.begin('c', one, 'f', KEEP)).kind === 'begun';
      });
    },

    'are stored by their run even where they were forgotten meanwhile': async ({ a, b, pass }) => {
      await a.calls.begin('c', one, 'f', 20);
      await pass(50);
      assert.deepEqual(await a.calls.complete('c', 'run-1', 'f', '{"n":1}', KEEP), []);
      assert.deepEqual(await b.calls.begin('c', two, 'f', KEEP), { kind: 'done', response: '{"n":1}' });
    },
  },
};
