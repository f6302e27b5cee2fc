import { eventually, sampleRecord } from 'anypod/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RedisSentinel, startRedisSentinel } from '../lib/redis-sentinel.ts';
import { type Connected, codeOf, connect } from './connect.ts';

let sentinel: RedisSentinel;
let pod: Connected;

beforeEach(async () => {
  sentinel = await startRedisSentinel();
  pod = await connect({ redis: sentinel.url });
});

afterEach(async () => {
  await pod.close();
  await sentinel.stop();
});

const writes = async () => (await codeOf(pod.store.sessions.create(sampleRecord('s'), 'pod-a'))) === 'resolved';

/** Mail that a pod gets, sent once the new master takes it. */
async function listen(): Promise<string[]> {
  const got: string[] = [];
  await pod.store.inbox.listen(
    'pod-a',
    (message) => void ('ack' in message && got.push(message.ack)),
    () => void got.push('gap'),
  );
  return got;
}

it.each([
  ['is killed', (old: { process: { signal(name: NodeJS.Signals): void } }) => old.process.signal('SIGKILL')],
  ['is paused', (old: { process: { signal(name: NodeJS.Signals): void } }) => old.process.signal('SIGSTOP')],
  ['is demoted', () => sentinel.failover()],
])('follows the master when the old one %s, and refuses in time until then', async (_how, change) => {
  const got = await listen();
  await pod.store.inbox.send('pod-a', { type: 'confirmed', ack: '1', from: 'pod-b' });
  await eventually('the first mail arrived', () => got.length === 1);
  expect(await writes()).toBe(true);
  await sentinel.inSync();
  const old = await sentinel.master();
  await change(old);
  const codes = new Set<unknown>();
  await eventually('the other is the master', async () => {
    codes.add(await codeOf(pod.store.sessions.load('s', 'pod-a')));
    return (await sentinel.master()) !== old;
  });
  await eventually('it takes writes', writes);
  expect([...codes].filter((code) => code !== 'resolved' && code !== 'store_unavailable')).toEqual([]);
  await pod.store.inbox.send('pod-a', { type: 'confirmed', ack: '2', from: 'pod-b' });
  await eventually('the second mail arrived', () => got.includes('2'));
  await eventually('the gap was told', () => got.includes('gap'));
  expect(got.filter((one) => one !== 'gap')).toEqual(['1', '2']);
});

it('keeps rates, counted sessions and spent states through a failover', async () => {
  const { quotas, spent } = pod.store;
  const rate = { intervalMs: 600_000, burst: 10 };
  expect(await quotas.take('caller', 'calls', 9, rate)).toEqual({ granted: 9, waitMs: 0 });
  expect(await quotas.beginSession('caller', 'one', 1, 600_000)).toBe(0);
  expect(await spent.spend('proof', 'first', 600_000)).toBe(true);
  await sentinel.inSync();
  const old = await sentinel.master();
  await sentinel.failover();
  await eventually('the other is the master', async () => (await sentinel.master()) !== old);
  await eventually('it takes writes', writes);
  expect(await quotas.take('caller', 'calls', 9, rate)).toMatchObject({ granted: 1 });
  expect(await quotas.beginSession('caller', 'two', 1, 600_000)).toBeGreaterThan(0);
  expect(await spent.spend('proof', 'second', 600_000)).toBe(false);
});
