import { stat } from 'node:fs/promises';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AnypodError } from '../../core/errors.ts';
import { silentLog } from '../../core/log.ts';
import type { Quotas } from '../../core/store/quotas.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { BucketView, createRateLimiter } from './rate-limiter.ts';

const RATE = { intervalMs: 1000, burst: 5 };

/** A limiter over one store whose clock stands still, and how often it has asked the store. */
function start(broken: (asked: number) => Promise<never> | undefined = () => undefined) {
  const clock = { now: 1_000_000 };
  const { quotas } = createMemoryStore({ clock: () => clock.now });
  const { quotas: insurance } = createMemoryStore({ clock: () => clock.now });
  const asked: number[] = [];
  const shared: Quotas = {
    ...quotas,
    take(caller, bucket, wanted, rate) {
      asked.push(wanted);
      return broken(asked.length) ?? quotas.take(caller, bucket, wanted, rate);
    },
  };
  const limiter = createRateLimiter({ quotas: shared, insurance, log: silentLog, now: () => clock.now });
  const view = new BucketView('caller', 'calls', RATE);
  const take = (requests = 1) => limiter(view, requests);
  return { take, clock, asked };
}

/** How long each of many requests that come at once must wait. */
const together = (take: () => number | Promise<number>, count: number) =>
  Promise.all(Array.from({ length: count }, () => take()));

describe('the rate limiter', () => {
  it('grants the burst to those who came first, and tells the others when to come [limits.rate]', async () => {
    const { take } = start();
    expect(await together(take, 8)).toEqual([0, 0, 0, 0, 0, 1000, 1000, 1000]);
  });

  it('asks once for all that come while it asks [limits.rate.cost]', async () => {
    const { take, asked } = start();
    await together(take, 50);
    expect(asked).toEqual([1, 49]);
  });

  it('asks nothing while the bucket is empty, and again afterwards [limits.rate.cost]', async () => {
    const { take, clock, asked } = start();
    await together(take, 6);
    const before = asked.length;
    for (let flood = 0; flood < 1000; flood += 1) expect(await take()).toBe(1000);
    expect(asked.length).toBe(before);
    clock.now += 1000;
    expect(await take()).toBe(0);
    expect(await take()).toBe(1000);
    expect(asked.length).toBe(before + 1);
  });

  it('counts every message of a batch, and a batch above the burst as the burst', async () => {
    const { take } = start();
    expect(await take(4)).toBe(0);
    expect(await take(2)).toBe(1000);
    const fresh = start();
    expect(await fresh.take(100)).toBe(0);
    expect(await fresh.take(1)).toBeGreaterThan(0);
  });

  const away = () => Promise.reject(new AnypodError('store_unavailable', 'away'));

  it('counts alone while the store is away, and with the store when it is back [limits.rate.away]', async () => {
    let isAway = true;
    const { take, clock, asked } = start(() => (isAway ? away() : undefined));
    expect(await together(take, 8)).toEqual([0, 0, 0, 0, 0, 1000, 1000, 1000]);
    expect(asked).toHaveLength(1);
    isAway = false;
    clock.now += 2000;
    expect(await take()).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('remembers what it has granted, so that an outage gives nobody a second burst [limits.rate.away]', async () => {
    let isAway = false;
    const { take, clock } = start(() => (isAway ? away() : undefined));
    expect(await together(take, 4)).toEqual([0, 0, 0, 0]);
    isAway = true;
    clock.now += 100;
    expect(await together(take, 3)).toEqual([0, 900, 900]);
  });

  it('takes an answer that came while this process was blocked [limits.rate.away]', async () => {
    // An answer of the system, which the event loop reads after its timers.
    const { take } = start(async () => {
      await stat('/');
      return { granted: 0, waitMs: 500 } as never;
    });
    const waiting = take();
    // The timers come next, and the answer only after them.
    await immediate();
    const until = performance.now() + 400;
    while (performance.now() < until);
    expect(await waiting).toBe(500);
  });

  it('waits a moment for a store that hangs, and then not again [limits.rate.away]', async () => {
    const { take, asked } = start(() => new Promise<never>(() => undefined));
    expect(await take()).toBe(0);
    expect(await together(take, 8)).toEqual([0, 0, 0, 0, 1000, 1000, 1000, 1000]);
    expect(asked).toHaveLength(1);
  });
});
