import { expect, it } from 'vitest';
import type { InboxMessage } from '../../core/store/inbox.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { createInboxProbe } from './inbox-probe.ts';

/** A probe whose mail arrives when the test says so. */
function start() {
  const clock = { now: 0 };
  const mail: number[] = [];
  const state = { away: false };
  const memory = createMemoryStore();
  const send = async (_pod: string, message: InboxMessage) => {
    if (state.away) throw new Error('away');
    if (message.type === 'probe') mail.push(message.number);
  };
  const store = { ...memory, inbox: { ...memory.inbox, send } };
  const closing = new AbortController();
  const probe = createInboxProbe({ pod: 'a', store, now: () => clock.now, closing: closing.signal });
  return { clock, mail, state, probe, closing };
}

it('tells how long the last mail took, and how long the oldest waits [metrics.inbox]', () => {
  const { clock, mail, probe } = start();
  expect(probe.delayMs()).toBe(0);
  clock.now = 5;
  probe.received(mail[0] ?? 0);
  expect(probe.delayMs()).toBe(5);
  clock.now = 1000;
  expect(probe.delayMs()).toBe(995);
  clock.now = 60_000;
  expect(probe.delayMs()).toBe(59_995);
  probe.received(mail.at(-1) ?? 0);
  expect(probe.delayMs()).toBe(0);
});

it('waits neither for mail that was lost nor for mail that could not be sent [metrics.inbox]', async () => {
  const { clock, state, probe } = start();
  probe.delayMs();
  clock.now = 1000;
  probe.missed();
  state.away = true;
  expect(probe.delayMs()).toBe(0);
  await new Promise(setImmediate);
  clock.now = 2000;
  expect(probe.delayMs()).toBe(0);
});

it('sends nothing once its pod closes', () => {
  const { mail, probe, closing } = start();
  closing.abort();
  probe.delayMs();
  expect(mail).toEqual([]);
});
