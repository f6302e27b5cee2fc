import assert from 'node:assert/strict';
import { AnypodError } from '../core/errors.ts';
import { NOTIFICATION_BYTES, NOTIFICATION_KINDS } from '../core/store/session-store.ts';
import { type Contract, sampleRecord } from './subject.ts';

const sorted = (pods: readonly string[] | undefined) => pods && [...pods].sort();

export const sessionStoreContract: Contract = {
  of: 'sessions',
  holds: {
    'are read on any pod as they were created': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      assert.deepEqual(await b.sessions.load('s', 'pod-b'), {
        record: sampleRecord('s'),
        subscriptions: new Set(),
        cancelled: new Set(),
        notifications: [],
        registry: new Map(),
      });
    },

    'that do not exist are undefined to every verb': async ({ a }) => {
      assert.equal(await a.sessions.load('none', 'pod-a'), undefined);
      assert.equal(await a.sessions.touch('none'), false);
      assert.equal(await a.sessions.setLogLevel('none', 'error'), undefined);
      assert.equal(await a.sessions.subscribe('none', 'x://1'), undefined);
      assert.equal(await a.sessions.unsubscribe('none', 'x://1'), undefined);
      assert.equal(await a.sessions.cancel('none', 1, 60_000), undefined);
      assert.equal(await a.sessions.takeCancelled('none', 1), false);
      assert.equal(await a.sessions.note('none', { method: 'notifications/initialized' }), undefined);
      assert.equal(await a.sessions.initialized(sampleRecord('none'), sampleRecord('none')), undefined);
      assert.equal(await a.sessions.end('none'), undefined);
      assert.equal(await a.sessions.load('none', 'pod-a'), undefined, 'no verb made one');
    },

    'of HTTP+SSE are initialized once, and keep their stream': async ({ a, b }) => {
      const before = { ...sampleRecord('s'), protocolVersion: '', transport: 'sse' } as const;
      const after = { ...before, protocolVersion: '2024-11-05' };
      await a.sessions.create(before, 'pod-a');
      await a.standing.attach('s', { pod: 'pod-a', connection: 'c' });
      const loaded = await b.sessions.load('s', 'pod-b');
      assert.ok(loaded);
      const first = await b.sessions.initialized(loaded.record, after);
      assert.ok(first);
      assert.deepEqual(sorted(first), ['pod-a', 'pod-b']);
      assert.equal(await a.sessions.initialized(before, { ...after, protocolVersion: '2025-11-25' }), false);
      assert.deepEqual((await a.sessions.load('s', 'pod-a'))?.record, after);
      assert.equal((await b.standing.append('s', '{}'))?.holder?.connection, 'c');
    },

    'know each pod that created or loaded them, once': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      assert.deepEqual(await a.sessions.setLogLevel('s', 'error'), ['pod-a']);
      await b.sessions.load('s', 'pod-b');
      await b.sessions.load('s', 'pod-b');
      const both = ['pod-a', 'pod-b'];
      assert.deepEqual(sorted(await a.sessions.setLogLevel('s', 'error')), both);
      assert.deepEqual(sorted(await a.sessions.subscribe('s', 'x://1')), both);
      assert.deepEqual(sorted(await a.sessions.unsubscribe('s', 'x://1')), both);
      assert.deepEqual(sorted(await a.sessions.cancel('s', 1, 60_000)), both);
      assert.deepEqual(sorted(await a.sessions.cancel('s', 1, 0)), both);
      const noted = await a.sessions.note('s', { method: 'notifications/initialized' });
      assert.deepEqual(sorted(noted?.pods), both);
      assert.deepEqual(sorted(await a.sessions.end('s')), both);
    },

    'keep level and subscriptions for every pod': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.sessions.setLogLevel('s', 'warning');
      await a.sessions.subscribe('s', 'x://1');
      await b.sessions.subscribe('s', 'x://2');
      await b.sessions.unsubscribe('s', 'x://1');
      await b.sessions.unsubscribe('s', 'x://unknown');
      const session = await a.sessions.load('s', 'pod-a');
      assert.equal(session?.logLevel, 'warning');
      assert.deepEqual(session.subscriptions, new Set(['x://2']));
    },

    'hold so many subscriptions and no more; the same one again is none more': {
      options: { subscriptionLimit: 2 },
      check: async ({ a }) => {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        await a.sessions.subscribe('s', 'x://1');
        await a.sessions.subscribe('s', 'x://2');
        await a.sessions.subscribe('s', 'x://2');
        const isLimit = (error: unknown) => error instanceof AnypodError && error.code === 'subscription_limit';
        await assert.rejects(async () => a.sessions.subscribe('s', 'x://3'), isLimit);
        await a.sessions.unsubscribe('s', 'x://1');
        await a.sessions.subscribe('s', 'x://3');
        const session = await a.sessions.load('s', 'pod-a');
        assert.deepEqual(session?.subscriptions, new Set(['x://2', 'x://3']));
      },
    },

    'tell of cancelled requests, and tell numbers from strings': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.sessions.cancel('s', 7, 60_000);
      await b.sessions.cancel('s', '7', 60_000);
      await b.sessions.cancel('s', 'a "quoted" id', 60_000);
      const session = await b.sessions.load('s', 'pod-b');
      assert.deepEqual(session?.cancelled, new Set([7, '7', 'a "quoted" id']));
    },

    'remember the newest hundred cancelled requests': async ({ a, pass }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      for (let id = 0; id < 50; id++) await a.sessions.cancel('s', id, 60_000);
      await pass(5);
      for (let id = 50; id < 150; id++) await a.sessions.cancel('s', id, 60_000);
      const cancelled = (await a.sessions.load('s', 'pod-a'))?.cancelled;
      assert.equal(cancelled?.size, 100);
      assert.ok(cancelled.has(149) && cancelled.has(50) && !cancelled.has(49));
    },

    'tell one of several that ask about a cancelled request, once': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.sessions.create(sampleRecord('other'), 'pod-a');
      await a.sessions.cancel('s', 7, 60_000);
      assert.equal(await b.sessions.takeCancelled('s', '7'), false);
      assert.equal(await b.sessions.takeCancelled('other', 7), false);
      const told = await Promise.all([a, b, a, b].map((store) => store.sessions.takeCancelled('s', 7)));
      assert.equal(told.filter(Boolean).length, 1);
      assert.deepEqual((await a.sessions.load('s', 'pod-a'))?.cancelled, new Set());
    },

    'remember a cancelled request for its time only, or not at all': async ({ a, b, pass }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.sessions.cancel('s', 1, 0);
      assert.equal(await b.sessions.takeCancelled('s', 1), false);
      await a.sessions.cancel('s', 1, 50);
      await a.sessions.cancel('s', 2, 60_000);
      await pass(100);
      assert.equal(await b.sessions.takeCancelled('s', 1), false);
      assert.equal(await b.sessions.takeCancelled('s', 2), true);
    },

    'remember the last notification of each kind, in the order in which they came': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const params = { text: 'Ünïcode ✓ "\\/\u0000\u007f', list: [], none: {}, deep: [[1.5, 1e21, null]] };
      const first = await a.sessions.note('s', { method: 'x/one', params: { round: 1 } });
      const second = await b.sessions.note('s', { method: 'x/two' });
      const third = await b.sessions.note('s', { method: 'x/one', params });
      assert.ok((first?.number ?? 0) < (second?.number ?? 0) && (second?.number ?? 0) < (third?.number ?? 0));
      assert.deepEqual((await b.sessions.load('s', 'pod-b'))?.notifications, [
        { number: second?.number, method: 'x/two' },
        { number: third?.number, method: 'x/one', params },
      ]);
    },

    'remember so many kinds of notifications and no more': async ({ a }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      for (let kind = 0; kind < NOTIFICATION_KINDS; kind++) await a.sessions.note('s', { method: `x/${kind}` });
      assert.deepEqual(await a.sessions.note('s', { method: 'x/more' }), { pods: ['pod-a'] });
      assert.ok((await a.sessions.note('s', { method: 'x/0' }))?.number);
      const methods = (await a.sessions.load('s', 'pod-a'))?.notifications.map(({ method }) => method);
      const kinds = Array.from({ length: NOTIFICATION_KINDS }, (_, kind) => `x/${kind}`);
      assert.deepEqual(methods, [...kinds.slice(1), 'x/0']);
    },

    'remember no notification that is too large, nor the one before it': async ({ a }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      const room = NOTIFICATION_BYTES - Buffer.byteLength('x/1{"text":""}');
      assert.ok((await a.sessions.note('s', { method: 'x/1', params: { text: 'x'.repeat(room) } }))?.number);
      assert.equal((await a.sessions.load('s', 'pod-a'))?.notifications.length, 1);
      const large = await a.sessions.note('s', { method: 'x/1', params: { text: 'ü'.repeat(room) } });
      assert.deepEqual(large, { pods: ['pod-a'] });
      assert.deepEqual((await a.sessions.load('s', 'pod-a'))?.notifications, []);
      assert.ok((await a.sessions.note('s', { method: 'x/1' }))?.number);
    },

    'expire after their TTL without a request': {
      options: { sessionTtlMs: 100 },
      check: async ({ a, pass }) => {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        await a.sessions.subscribe('s', 'x://1');
        await pass(150);
        assert.equal(await a.sessions.load('s', 'pod-a'), undefined);
        assert.equal(await a.sessions.touch('s'), false);
        assert.equal(await a.sessions.setLogLevel('s', 'error'), undefined);
      },
    },

    'live on with each load and each touch, and so do subscriptions and questions': {
      options: { sessionTtlMs: 3000 },
      check: async ({ a, b, pass }) => {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        await a.sessions.subscribe('s', 'x://1');
        await a.questions.ask('s', 'q', 'pod-a');
        await pass(1600);
        assert.ok(await b.sessions.load('s', 'pod-b'));
        await pass(1600);
        assert.equal(await b.sessions.touch('s'), true);
        await pass(1600);
        assert.deepEqual((await a.sessions.load('s', 'pod-a'))?.subscriptions, new Set(['x://1']));
        assert.equal(await a.questions.owner('s', 'q'), 'pod-a');
      },
    },

    'end once, with everything that is theirs': async ({ a, b }) => {
      const key = { session: 's', stream: 'x' };
      const connection = { pod: 'pod-b', connection: 'c' };
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.sessions.create(sampleRecord('other'), 'pod-a');
      await a.sessions.subscribe('s', 'x://1');
      await a.questions.ask('s', 'q', 'pod-a');
      await a.standing.append('s', '"standing"');
      await a.events.open(key, 'pod-a', 1, '[]');
      await a.events.append(key, 1, [{ seq: 1, data: '"one"' }], false);

      const ends = await Promise.all([a.sessions.end('s'), b.sessions.end('s')]);
      assert.equal(ends.filter((pods) => pods !== undefined).length, 1, 'one of two ends finds the session');

      assert.equal(await b.sessions.load('s', 'pod-b'), undefined);
      assert.equal(await b.questions.answer('s', 'q', '{}'), undefined);
      assert.equal(await b.standing.attach('s', connection), undefined);
      assert.equal(await b.standing.append('s', '"late"'), undefined);
      assert.equal(await b.events.follow(key, 0, connection), undefined);
      assert.deepEqual(await a.events.append(key, 1, [{ seq: 2, data: '"late"' }], true), { state: 'gone' });
      await a.events.open({ session: 's', stream: 'late' }, 'pod-a', 1, '[]');
      assert.equal(await b.events.read({ session: 's', stream: 'late' }, 0), undefined);
      assert.ok(await b.sessions.load('other', 'pod-b'), 'another session is untouched');
    },
  },
};
