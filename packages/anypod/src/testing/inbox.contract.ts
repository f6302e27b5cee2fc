import assert from 'node:assert/strict';
import type { InboxMessage } from '../core/store/inbox.ts';
import { type Contract, eventually } from './subject.ts';

const SAMPLES: readonly InboxMessage[] = [
  { type: 'answered', session: 's', question: 'q' },
  { type: 'question-progress', session: 's', question: 'q', data: '{"text":"Ünïcode ✓"}' },
  { type: 'cancelled', session: 's', request: 1, reason: 'the user left' },
  { type: 'cancelled', session: 's', request: '1' },
  { type: 'session-changed', session: 's', from: 'pod-a', ack: '1' },
  { type: 'session-changed', session: 's', from: 'pod-a', ack: '1', number: 1, data: '{"method":"x"}' },
  { type: 'session-changed', session: 's', from: 'pod-a', ack: '1', data: '{"method":"x"}' },
  { type: 'session-ended', session: 's', from: 'pod-a', ack: '2' },
  { type: 'pod-left', pod: 'pod-a' },
  { type: 'confirmed', ack: '2', from: 'pod-b' },
  { type: 'event', session: 's', stream: 'x', connection: 'c', seq: 3, final: false, data: '{"n":3}' },
  { type: 'event', session: 's', stream: 'x', connection: 'c', seq: 0, final: true },
  { type: 'standing-event', session: 's', connection: 'c', position: '1-0', previous: '0-0', data: '{}' },
  { type: 'standing-replaced', session: 's', connection: 'c' },
];

const numbered = (n: number): InboxMessage => ({ type: 'confirmed', ack: String(n), from: 'pod-a' });

export const inboxContract: Contract = {
  of: 'an inbox',
  holds: {
    'delivers every kind of message as it was sent': async ({ a, b }) => {
      const got: InboxMessage[] = [];
      await b.inbox.listen(
        'pod-b',
        (message) => got.push(message),
        () => assert.fail('no gap'),
      );
      for (const message of SAMPLES) await a.inbox.send('pod-b', message);
      await eventually('all samples arrived', () => got.length >= SAMPLES.length);
      assert.deepEqual(got, SAMPLES);
    },

    'keeps the order of its sender, also of messages sent without waiting': async ({ a, b }) => {
      const got: InboxMessage[] = [];
      await b.inbox.listen(
        'pod-b',
        (message) => got.push(message),
        () => assert.fail('no gap'),
      );
      const sent = Array.from({ length: 1500 }, (_, n) => numbered(n));
      await Promise.all(sent.map((message) => a.inbox.send('pod-b', message)));
      await eventually('all messages arrived', () => got.length >= sent.length);
      assert.deepEqual(got, sent);
    },

    'is its pod’s alone, and a pod can write to itself': async ({ a, b }) => {
      const atA: InboxMessage[] = [];
      const atB: InboxMessage[] = [];
      await a.inbox.listen(
        'pod-a',
        (message) => atA.push(message),
        () => assert.fail('no gap'),
      );
      await b.inbox.listen(
        'pod-b',
        (message) => atB.push(message),
        () => assert.fail('no gap'),
      );
      await a.inbox.send('pod-a', numbered(1));
      await a.inbox.send('pod-b', numbered(2));
      await eventually('both arrived', () => atA.length > 0 && atB.length > 0);
      assert.deepEqual([atA, atB], [[numbered(1)], [numbered(2)]]);
    },

    'delivers from the moment it listens, and nothing after it stopped': async ({ a, b }) => {
      const got: InboxMessage[] = [];
      await a.inbox.send('pod-b', numbered(0));
      const listening = await b.inbox.listen(
        'pod-b',
        (message) => got.push(message),
        () => assert.fail('no gap'),
      );
      await a.inbox.send('pod-b', numbered(1));
      await eventually('the first arrived', () => got.length > 0);
      await listening.stop();
      await a.inbox.send('pod-b', numbered(2));
      const again: InboxMessage[] = [];
      await b.inbox.listen(
        'pod-c',
        (message) => again.push(message),
        () => assert.fail('no gap'),
      );
      await a.inbox.send('pod-c', numbered(3));
      await eventually('later mail arrived elsewhere', () => again.length > 0);
      assert.deepEqual(got, [numbered(1)]);
    },

    'delivers what a newer build may send as it is, and goes on': async ({ a, b }) => {
      const got: InboxMessage[] = [];
      await b.inbox.listen(
        'pod-b',
        (message) => got.push(message),
        () => assert.fail('no gap'),
      );
      await a.inbox.send('pod-b', { type: 'from-a-newer-build', extra: [1] } as unknown as InboxMessage);
      await a.inbox.send('pod-b', numbered(1));
      await eventually('both arrived', () => got.length >= 2);
      assert.deepEqual(got[1], numbered(1));
    },
  },
};
