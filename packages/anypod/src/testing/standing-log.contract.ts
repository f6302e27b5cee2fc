import assert from 'node:assert/strict';
import { comparePositions } from '../core/store/standing-log.ts';
import { type Contract, sampleRecord } from './subject.ts';

const onA = { pod: 'pod-a', connection: 'a1' };
const onB = { pod: 'pod-b', connection: 'b1' };
const start = { position: '0-0', changes: '0-0' };

export const standingLogContract: Contract = {
  of: 'a standing log',
  holds: {
    'tells the position before each message, and who holds the stream': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await b.standing.attach('s', onA);
      const first = await a.standing.append('s', '"one"');
      const second = await b.standing.append('s', '"two"');
      assert.deepEqual([first?.previous, second?.previous], ['0-0', first?.position]);
      const read = await b.standing.read('s', first?.position ?? '');
      assert.deepEqual(read, { events: [{ position: second?.position, data: '"two"' }], holder: onA });
      await a.standing.detach('s', onA, start);
      assert.equal((await b.standing.read('s', '0-0'))?.holder, undefined);
      assert.equal(await b.standing.read('unknown', '0-0'), undefined);
    },

    'gives a connection without a position the beginning, also where one before it got nowhere': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a', '5-1');
      assert.ok(await b.standing.append('s', '"before"'));
      const first = await a.standing.attach('s', onA);
      assert.deepEqual(first, { events: [], position: '0-0', changes: '5-1', replaced: 0 });
      assert.deepEqual((await b.standing.append('s', '"after"'))?.holder, onA);
      const second = await a.standing.attach('s', onB);
      assert.deepEqual(second, { events: [], position: '0-0', changes: '5-1', previous: onA, replaced: 1 });
      assert.equal((await a.standing.read('s', '0-0'))?.events.length, 2);
    },

    'gives a connection without a position what no other has had': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.standing.attach('s', onA);
      const one = (await b.standing.append('s', '"one"'))?.position ?? '';
      const two = (await b.standing.append('s', '"two"'))?.position ?? '';
      await a.standing.delivered('s', onA, { position: one, changes: '7-0' });
      const next = await b.standing.attach('s', onB);
      assert.deepEqual([next?.position, next?.changes], [one, '7-0']);
      await b.standing.delivered('s', onA, { position: two, changes: '9-0' });
      await b.standing.detach('s', onA, { position: two, changes: '9-0' });
      assert.equal((await a.standing.attach('s', onA))?.position, one, 'only the one that holds the stream says so');
      await a.standing.detach('s', onA, { position: two, changes: '9-0' });
      const last = await a.standing.attach('s', onB);
      assert.deepEqual([last?.position, last?.changes, last?.replaced], [two, '9-0', 0]);
    },

    'counts the connections that are replaced in a row': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const counts = [];
      for (let n = 0; n < 4; n++) {
        counts.push((await (n % 2 ? a : b).standing.attach('s', { pod: 'pod-a', connection: `${n}` }))?.replaced);
      }
      assert.deepEqual(counts, [0, 1, 2, 3]);
      await a.standing.detach('s', { pod: 'pod-a', connection: '3' }, start);
      assert.equal((await a.standing.attach('s', onA))?.replaced, 0);
      assert.equal((await a.standing.attach('s', onB))?.replaced, 4);
    },

    'gives a connection what was sent since its position, once and in order': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const sent = [];
      for (let n = 0; n < 30; n++) sent.push(await (n % 2 ? a : b).standing.append('s', `"${n}"`));
      for (const [index, append] of sent.slice(1).entries()) {
        assert.ok(comparePositions(append?.position ?? '', sent[index]?.position ?? '') > 0, 'positions grow');
      }
      const attached = await b.standing.attach('s', onB, sent[9]?.position);
      assert.deepEqual(
        attached?.events.map(({ data }) => data),
        Array.from({ length: 20 }, (_, n) => `"${n + 10}"`),
      );
      assert.equal((await b.standing.attach('s', onB, '0-0'))?.events.length, 30);
    },

    'has one connection, the newest; each is told whom it replaces': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      assert.equal((await a.standing.append('s', '"nobody"'))?.holder, undefined);
      assert.equal((await a.standing.attach('s', onA))?.previous, undefined);
      assert.deepEqual((await b.standing.attach('s', onB))?.previous, onA);
      await a.standing.detach('s', onA, start);
      assert.deepEqual((await a.standing.append('s', '"x"'))?.holder, onB, 'the older one cannot take the newest off');
      await b.standing.detach('s', onB, start);
      assert.equal((await a.standing.append('s', '"x"'))?.holder, undefined);
    },

    'either replays a message or names the connection to its append': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const count = 20;
      for (let start = 0; start < count; start++) {
        await a.standing.attach('s', onA);
        const from = (await a.standing.read('s', '0-0'))?.events.at(-1)?.position ?? '0-0';
        const holder = { pod: 'pod-b', connection: `c${start}` };
        let attaching: ReturnType<typeof b.standing.attach> | undefined;
        const writes = Array.from({ length: count }, (_, n) => {
          if (n === start) attaching = b.standing.attach('s', holder, from);
          return a.standing.append('s', `"${n}"`);
        });
        const appended = await Promise.all(writes);
        const replayed = (await attaching)?.events.map(({ position }) => position) ?? [];
        const live = appended.filter((one) => one?.holder?.connection === holder.connection);
        const got = [...replayed, ...live.map((one) => one?.position)];
        assert.deepEqual(
          got,
          appended.map((one) => one?.position).sort((x, y) => comparePositions(x ?? '', y ?? '')),
        );
      }
    },

    'forgets its oldest messages beyond its limit': {
      options: { standingLimit: 10 },
      check: async ({ a }) => {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        for (let n = 0; n < 500; n++) await a.standing.append('s', `"${n}"`);
        const kept = (await a.standing.attach('s', onA, '0-0'))?.events ?? [];
        assert.ok(kept.length >= 10 && kept.length <= 210, `${kept.length} kept`);
        assert.equal(kept.at(-1)?.data, '"499"');
      },
    },

    'forgets its messages after their time, and goes on': {
      options: { standingRetentionMs: 1000 },
      check: async ({ a, pass }) => {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        await a.standing.append('s', '"old"');
        await pass(1100);
        assert.deepEqual((await a.standing.attach('s', onA, '0-0'))?.events, []);
        await a.standing.append('s', '"new"');
        assert.deepEqual(
          (await a.standing.attach('s', onA, '0-0'))?.events.map(({ data }) => data),
          ['"new"'],
        );
      },
    },
  },
};
