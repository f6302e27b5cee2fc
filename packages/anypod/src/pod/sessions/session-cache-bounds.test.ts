import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PodOptions } from '../context/options.ts';
import type { LiveSession } from './live-session.ts';

const caller = { headers: {}, url: 'http://localhost/mcp' };
const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} };
const recordOf = (id: string) => ({ id, protocolVersion: '2025-11-25', initialize, createdAt: 0 });

import { setUp } from './session-cache.fixture.ts';

describe('the bounds of SessionCache', () => {
  let cleanUp: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0)) await step();
    cleanUp = [];
  });

  function start(options?: PodOptions) {
    const set = setUp(options);
    cleanUp.push(
      () => set.cache.close(),
      () => set.store.close(),
    );
    return set;
  }

  it('limits idle sessions by bytes and closes those that it drops, but never one in use', async () => {
    const { store, cache, open, context } = start({ cacheBytes: 10_000 });
    const used = [];
    for (let index = 0; index < 10; index += 1) {
      await store.sessions.create(recordOf(`s${index}`), 'other');
      const live = await cache.take(`s${index}`);
      await live?.server(caller);
      if (live !== undefined) used.push(live);
    }
    expect(open.servers).toBe(10);
    for (const live of used.slice(1)) cache.release(live);
    await context.background.settled();
    expect(open.servers).toBe(1 + 3);
    expect(cache.peek('s0')).toBe(used[0]);
  });

  it('keeps sessions in use beyond its limit of time too, whatever their size', async () => {
    const { store, cache, open, context, load } = start({ cacheBytes: 2000, cacheIdleMs: 20 });
    for (const id of ['idle', 'used']) await store.sessions.create(recordOf(id), 'other');
    const [idle, used] = [await cache.take('idle'), await cache.take('used')];
    for (const live of [idle, used]) await live?.server(caller);
    if (idle !== undefined) cache.release(idle);
    await delay(50);
    expect(cache.used).toEqual([used]);
    expect(cache.held).toEqual([used]);
    await context.background.settled();
    expect(open.servers).toBe(1);
    expect(await cache.take('used')).toBe(used);
    expect(load).toHaveBeenCalledTimes(2);
    for (const _ of [1, 2]) if (used !== undefined) cache.release(used);
    await context.background.settled();
    expect([open.servers, cache.used.length]).toEqual([0, 0]);
  });

  it('keeps sessions in use longer than idle ones, and gives them the idle time again afterwards', async () => {
    const { store, cache } = start({ cacheIdleMs: 500 });
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    await delay(600);
    expect(cache.held).toEqual([live]);
    if (live !== undefined) cache.release(live);
    expect(cache.peek('s')).toBe(live);
    expect(cache.used).toEqual([]);
    await delay(600);
    expect(cache.peek('s')).toBeUndefined();
  });

  it('renews sessions in use when due, again after a failure, and ends those that the store no longer has [legacy.session.use-renews]', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    cleanUp.push(async () => void vi.useRealTimers());
    const { store, cache, context } = start({ sessionTtlMs: 10_000 });
    await store.sessions.create(recordOf('s'), 'other');
    const live = (await cache.take('s')) as LiveSession;
    const touch = vi.spyOn(context.store.sessions, 'touch');
    await cache.renew(live);
    expect(touch).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 1000);
    touch.mockRejectedValueOnce(new Error('away'));
    await expect(cache.renew(live)).rejects.toThrow('away');
    await cache.renew(live);
    expect(touch).toHaveBeenCalledTimes(2);
    await cache.renew(live);
    expect(touch).toHaveBeenCalledTimes(2);
    cache.release(live);
    vi.setSystemTime(Date.now() + 1000);
    await cache.renew(live);
    expect(touch).toHaveBeenCalledTimes(2);
    live.uses += 1;
    await store.sessions.end('s');
    await cache.renew(live);
    expect(live.ended).toBe(true);
  });

  it('renews the TTL of a session that is only served from memory', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    cleanUp.push(async () => void vi.useRealTimers());
    const { store, cache, load } = start({ sessionTtlMs: 10_000 });
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    vi.setSystemTime(Date.now() + 500);
    await cache.take('s');
    expect(live?.touchedAt).toBeLessThan(Date.now());
    vi.setSystemTime(Date.now() + 1000);
    await cache.take('s');
    expect(live?.touchedAt).toBe(Date.now());
    expect(load).toHaveBeenCalledTimes(1);
  });
});
