import assert from 'node:assert/strict';
import type { Connection, Replay } from '../core/store/event-log.ts';
import type { Store } from '../core/store/store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const EVENTS = 24;
const all = Array.from({ length: EVENTS }, (_, index) => index + 1);

/** What reached a follower, in its replay or by an append that named it. */
function delivered(replay: Replay | undefined, named: (Connection | undefined)[], follower: Connection): number[] {
  const replayed = (replay?.events ?? []).map(({ seq }) => seq);
  const live = all.filter((seq) => named[seq - 1]?.connection === follower.connection);
  return [...replayed, ...live];
}

async function append(store: Store, stream: string, seq: number, final: boolean): Promise<Connection | undefined> {
  const written = await store.events.append({ session: 's', stream }, 1, [{ seq, data: `{"n":${seq}}` }], final);
  assert.equal(written.state, 'stored');
  return written.state === 'stored' ? written.follower : undefined;
}

/** Appends all events, each after the one before is stored. */
function appendAll(store: Store, stream: string): Promise<Connection | undefined>[] {
  let before: Promise<unknown> = Promise.resolve();
  return all.map((seq) => {
    const appended = before.then(() => append(store, stream, seq, seq === EVENTS));
    before = appended;
    return appended;
  });
}

export const eventLogRaceContract: Contract = {
  of: 'following a log that is being written',
  holds: {
    'gets each event once and in order, whenever it begins': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      for (const start of all) {
        const stream = `x${start}`;
        const follower = { pod: 'pod-b', connection: `c${start}` };
        await a.events.open({ session: 's', stream }, 'pod-a', 1, '[]');
        const appends = appendAll(a, stream);
        if (start > 1) await appends[start - 2];
        const replay = await b.events.follow({ session: 's', stream }, 0, follower);
        const named = await Promise.all(appends);
        assert.deepEqual(delivered(replay, named, follower), all, `follower that began after event ${start - 1}`);
      }
    },

    'gets each event once and in order while events are far between': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.events.open({ session: 's', stream: 'x' }, 'pod-a', 1, '[]');
      const named: (Connection | undefined)[] = [];
      const followings: Promise<{ follower: Connection; replay: Replay | undefined }>[] = [];
      for (const seq of all) {
        const follower = { pod: 'pod-b', connection: `c${seq}` };
        followings.push(
          b.events.follow({ session: 's', stream: 'x' }, 0, follower).then((replay) => ({ follower, replay })),
        );
        named.push(await append(a, 'x', seq, false));
      }
      // An append names only the newest follower, so an older one must have got a prefix without holes.
      for (const { follower, replay } of await Promise.all(followings)) {
        const got = delivered(replay, named, follower);
        assert.deepEqual(got, all.slice(0, got.length), follower.connection);
      }
      const last = await followings[EVENTS - 1];
      assert.ok(last);
      assert.deepEqual(delivered(last.replay, named, last.follower), all, 'the newest follower has everything');
    },
  },
};
