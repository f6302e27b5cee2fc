import assert from 'node:assert/strict';
import type { Change, PositionedChange } from '../core/store/change-log.ts';
import { comparePositions } from '../core/store/standing-log.ts';
import { type Contract, eventually } from './subject.ts';

const updated = (n: number): Change => ({ kind: 'resource_updated', uri: `x://${n}` });

export const changeLogContract: Contract = {
  of: 'changes',
  holds: {
    'reach every pod, the publisher included, in the same order': async ({ a, b }) => {
      const atA: PositionedChange[] = [];
      const atB: PositionedChange[] = [];
      await a.changes.publish({ kind: 'tools_list_changed' });
      await a.changes.follow((change) => atA.push(change));
      await b.changes.follow((change) => atB.push(change));
      await Promise.all(Array.from({ length: 600 }, (_, n) => (n % 2 ? a : b).changes.publish(updated(n))));
      await eventually('all arrived on both', () => atA.length >= 600 && atB.length >= 600);
      assert.deepEqual(atA, atB);
      assert.deepEqual(
        atA.map(({ change }) => change).filter((change) => 'uri' in change && Number(change.uri.slice(4)) % 2),
        Array.from({ length: 300 }, (_, n) => updated(2 * n + 1)),
        'in the order of each publisher, from now on',
      );
    },

    'are read again after a position': async ({ a, b }) => {
      assert.equal(await a.changes.tail(), '0-0');
      assert.deepEqual(await a.changes.after('0-0'), []);
      const positions: string[] = [];
      for (let n = 0; n < 5; n++) positions.push(await a.changes.publish(updated(n)));
      assert.equal(await b.changes.tail(), positions[4]);
      const late = await b.changes.after(positions[2] ?? '');
      assert.deepEqual(
        late,
        [3, 4].map((n) => ({ position: positions[n], change: updated(n) })),
      );
      assert.equal((await b.changes.after('0-0')).length, 5);
      assert.deepEqual(await b.changes.after(positions[4] ?? ''), []);
      assert.ok(comparePositions(positions[1] ?? '', positions[0] ?? '') > 0);
    },

    'no longer arrive once stopped': async ({ a, b }) => {
      const stopped: PositionedChange[] = [];
      const going: PositionedChange[] = [];
      const listening = await a.changes.follow((change) => stopped.push(change));
      await b.changes.follow((change) => going.push(change));
      await a.changes.publish(updated(1));
      await eventually('the first arrived on both', () => stopped.length > 0 && going.length > 0);
      await listening.stop();
      await a.changes.publish(updated(2));
      await eventually('the second arrived on one', () => going.length > 1);
      assert.equal(stopped.length, 1);
    },

    'are capped in number': {
      options: { standingLimit: 10 },
      check: async ({ a }) => {
        for (let n = 0; n < 500; n++) await a.changes.publish(updated(n));
        const kept = await a.changes.after('0-0');
        assert.ok(kept.length >= 10 && kept.length <= 210, `${kept.length} kept`);
        assert.deepEqual(kept.at(-1)?.change, updated(499));
      },
    },
  },
};
