import assert from 'node:assert/strict';
import type { StreamKey } from '../core/store/event-log.ts';
import type { Store } from '../core/store/store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const key: StreamKey = { session: 's', stream: 'x' };
const onB = { pod: 'pod-b', connection: 'b1' };

/** Appends events of these sizes in bytes, two bytes to a character. */
async function write(store: Store, sizes: readonly number[]): Promise<void> {
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  await store.events.open(key, 'pod-a', 1, '[]');
  for (const [index, size] of sizes.entries()) {
    const written = await store.events.append(key, 1, [{ seq: index + 1, data: 'ü'.repeat(size / 2) }], false);
    assert.equal(written.state, 'stored');
  }
}

async function kept(store: Store, after: number) {
  const replay = await store.events.read(key, after);
  return { seqs: replay?.events.map(({ seq }) => seq), truncated: replay?.truncated };
}

/** Begins a log with so many events of 20 bytes. */
async function begin(store: Store, count: number): Promise<void> {
  await store.sessions.create(sampleRecord('s'), 'pod-a');
  const events = Array.from({ length: count }, (_, index) => ({ seq: index + 1, data: 'ü'.repeat(10) }));
  assert.deepEqual(await store.events.begin(key, 'pod-a', '[]', events, true), { state: 'stored' });
}

export const eventLimitsContract: Contract = {
  of: 'the limits of a log',
  holds: {
    'hold in number, and a reader who wants more is told': {
      options: { streamEventLimit: 3 },
      check: async ({ a, b }) => {
        await write(a, [10, 10, 10, 10, 10]);
        assert.deepEqual(await kept(b, 0), { seqs: [3, 4, 5], truncated: true });
        assert.deepEqual(await kept(b, 1), { seqs: [3, 4, 5], truncated: true });
        assert.deepEqual(await kept(b, 2), { seqs: [3, 4, 5], truncated: false });
        assert.deepEqual(await kept(b, 5), { seqs: [], truncated: false });
        assert.equal((await b.events.follow(key, 0, onB))?.truncated, true);
        assert.deepEqual(await a.events.append(key, 1, [{ seq: 2, data: '' }], false), {
          state: 'stored',
          follower: onB,
        });
      },
    },

    'hold in number for the events with which a log begins': {
      options: { streamEventLimit: 3 },
      check: async ({ a, b }) => {
        await begin(a, 5);
        assert.deepEqual(await kept(b, 0), { seqs: [3, 4, 5], truncated: true });
      },
    },

    'hold in bytes for the events with which a log begins, and count them for the next': {
      options: { streamByteLimit: 100 },
      check: async ({ a, b }) => {
        await begin(a, 6);
        assert.deepEqual(await kept(b, 0), { seqs: [2, 3, 4, 5, 6], truncated: true });
        const other = { ...key, stream: 'y' };
        await a.events.begin(other, 'pod-a', '[]', [{ seq: 1, data: 'x'.repeat(33) }], false);
        await a.events.append(other, 1, [{ seq: 2, data: 'x'.repeat(80) }], false);
        assert.deepEqual(
          (await b.events.read(other, 0))?.events.map(({ seq }) => seq),
          [2],
        );
      },
    },

    'hold in bytes, of which the newest event may have as many as it needs': {
      options: { streamByteLimit: 100 },
      check: async ({ a, b }) => {
        await write(a, [40, 40, 20]);
        assert.deepEqual(await kept(b, 0), { seqs: [1, 2, 3], truncated: false });
        await a.events.append(key, 1, [{ seq: 4, data: 'x'.repeat(30) }], false);
        assert.deepEqual(await kept(b, 0), { seqs: [2, 3, 4], truncated: true });
        await a.events.append(key, 1, [{ seq: 5, data: 'x'.repeat(300) }], false);
        assert.deepEqual(await kept(b, 0), { seqs: [5], truncated: true });
        await a.events.append(key, 1, [{ seq: 6, data: 'x'.repeat(100) }], true);
        assert.deepEqual(await kept(b, 0), { seqs: [6], truncated: true });
      },
    },
  },
};
