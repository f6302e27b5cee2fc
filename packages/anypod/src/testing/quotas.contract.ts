import assert from 'node:assert/strict';
import type { Quotas, Rate } from '../core/store/quotas.ts';
import type { Contract } from './subject.ts';

/** Slow, so that a test on a busy machine does not earn a request by the way. */
const SLOW: Rate = { intervalMs: 60_000, burst: 10 };

const granted = async (quotas: Quotas, wanted: number, rate = SLOW, caller = 'caller') =>
  (await quotas.take(caller, 'calls', wanted, rate)).granted;

export const quotasContract: Contract = {
  of: 'quotas',
  holds: {
    'grant a burst, and then nothing, on all pods together': async ({ a, b }) => {
      assert.equal(await granted(a.quotas, 4), 4);
      assert.equal(await granted(b.quotas, 4), 4);
      assert.equal(await granted(a.quotas, 4), 2);
      assert.equal(await granted(b.quotas, 1), 0);
    },

    'grant exactly the burst to many who ask at once': async ({ a, b }) => {
      const asked = Array.from({ length: 50 }, (_, n) => granted((n % 2 ? a : b).quotas, 1));
      const all = await Promise.all(asked);
      assert.equal(
        all.reduce((sum, one) => sum + one, 0),
        SLOW.burst,
      );
    },

    'say when the next request may come, and a refusal costs nothing': async ({ a, b }) => {
      const { waitMs: first } = await a.quotas.take('caller', 'calls', 10, SLOW);
      assert.ok(first > 50_000 && first <= 60_000, `${first}`);
      for (const quotas of [a.quotas, b.quotas, a.quotas]) {
        const { granted: none, waitMs } = await quotas.take('caller', 'calls', 5, SLOW);
        assert.equal(none, 0);
        assert.ok(waitMs > 0 && waitMs <= 60_000, `${waitMs}`);
      }
    },

    'say 0 while requests are left': async ({ a }) => {
      assert.deepEqual(await a.quotas.take('caller', 'calls', 3, SLOW), { granted: 3, waitMs: 0 });
    },

    'earn requests with time, up to the burst': async ({ a, b, pass }) => {
      const rate = { intervalMs: 100, burst: 3 };
      assert.equal(await granted(a.quotas, 3, rate), 3);
      await pass(1000);
      assert.equal(await granted(b.quotas, 9, rate), 3);
      await pass(150);
      assert.ok((await granted(a.quotas, 9, rate)) >= 1);
    },

    'of callers and of buckets are separate': async ({ a, b }) => {
      assert.equal(await granted(a.quotas, 10), 10);
      assert.equal(await granted(b.quotas, 1, SLOW, 'other'), 1);
      assert.equal((await b.quotas.take('caller', 'resumes', 10, SLOW)).granted, 10);
      assert.equal((await a.quotas.take('caller', 'resumes', 1, SLOW)).granted, 0);
    },

    'count sessions on all pods together, each once': async ({ a, b }) => {
      const begin = (quotas: Quotas, session: string) => quotas.beginSession('caller', session, 2, 60_000);
      assert.equal(await begin(a.quotas, 'one'), 0);
      assert.equal(await begin(b.quotas, 'one'), 0);
      assert.equal(await begin(b.quotas, 'two'), 0);
      const waitMs = await begin(a.quotas, 'three');
      assert.ok(waitMs > 0 && waitMs <= 60_000, `${waitMs}`);
      assert.equal(await a.quotas.beginSession('other', 'three', 2, 60_000), 0);
    },

    'no longer count a session that has ended or expired': async ({ a, b, pass }) => {
      const begin = (quotas: Quotas, session: string, ttlMs = 60_000) =>
        quotas.beginSession('caller', session, 2, ttlMs);
      await begin(a.quotas, 'long');
      await begin(a.quotas, 'short', 100);
      assert.notEqual(await begin(b.quotas, 'next'), 0);
      await pass(200);
      assert.equal(await begin(b.quotas, 'next'), 0);
      assert.notEqual(await begin(a.quotas, 'last'), 0);
      await a.quotas.endSession('caller', 'long');
      assert.equal(await begin(b.quotas, 'last'), 0);
      await a.quotas.endSession('nobody', 'unknown');
    },
  },
};
