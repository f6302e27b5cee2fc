import { afterEach, describe, expect, it } from 'vitest';
import type { PodOptions } from '../context/options.ts';
import { monotonicNow } from '../lifecycle/lease.ts';

const caller = { headers: {}, url: 'http://localhost/mcp' };
const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} };
const recordOf = (id: string) => ({ id, protocolVersion: '2025-11-25', initialize, createdAt: 0 });

import { setUp } from './session-cache.fixture.ts';

describe('SessionCache', () => {
  let cleanUp: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0)) await step();
    cleanUp = [];
  });

  function start(options?: PodOptions, onEnded?: (id: string) => void) {
    const set = setUp(options, onEnded);
    cleanUp.push(
      () => set.cache.close(),
      () => set.store.close(),
    );
    return set;
  }

  it('loads once and then serves from memory', async () => {
    const { store, cache, load } = start();
    await store.sessions.create(recordOf('s'), 'other');
    const [one, two] = await Promise.all([cache.take('s'), cache.take('s')]);
    expect(one).toBe(two);
    expect(one?.uses).toBe(2);
    if (one !== undefined) for (const _ of [1, 2]) cache.release(one);
    expect(await cache.take('s')).toBe(one);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing of a session that ended while a stream used it', async () => {
    const streams: (() => void)[] = [];
    const { store, cache, open } = start({}, () => {
      for (const close of streams.splice(0)) close();
    });
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    await live?.server(caller);
    if (live !== undefined) streams.push(() => cache.release(live));
    await cache.ended('s');
    expect(streams).toEqual([]);
    expect(cache.held).toEqual([]);
    expect(open.servers).toBe(0);
  });

  it('loads again after a change, and keeps the server', async () => {
    const { store, cache, open } = start();
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    await live?.server(caller);
    if (live !== undefined) cache.release(live);
    await store.sessions.setLogLevel('s', 'error');
    await cache.changed('s');
    expect((await cache.take('s'))?.session.logLevel).toBe('error');
    expect(open.servers).toBe(1);
  });

  it('loads again at once after a change if there is a server, which may send messages without a request', async () => {
    const { store, cache, load } = start();
    for (const id of ['served', 'idle']) {
      await store.sessions.create(recordOf(id), 'other');
      const live = await cache.take(id);
      if (id === 'served') await live?.server(caller);
      if (live !== undefined) cache.release(live);
      await store.sessions.setLogLevel(id, 'error');
      await cache.changed(id);
    }
    expect(load.mock.calls.map(([id]) => id)).toEqual(['served', 'served', 'idle']);
    expect(cache.peek('served')?.session.logLevel).toBe('error');
  });

  it.each(['missed mail', 'a break of its lease'])(
    'filters by a level that is known to hold after %s',
    async (what) => {
      const { store, cache, lease, standing } = start();
      await store.sessions.create(recordOf('s'), 'other');
      const live = await cache.take('s');
      await live?.server(caller);
      const say = async (level: string) =>
        live?.outlet.notify({ jsonrpc: '2.0', method: 'notifications/message', params: { level } }, undefined);
      await say('debug');
      expect(standing.splice(0)).toHaveLength(1);
      await store.sessions.setLogLevel('s', 'error');
      if (what === 'missed mail') cache.distrust();
      else lease.since = monotonicNow();
      await say('debug');
      await say('error');
      expect(standing).toEqual([expect.stringContaining('error')]);
    },
  );

  it('tells a server that is built later the last notifications, and an existing server each one as it comes', async () => {
    const { store, cache, notified } = start();
    await store.sessions.create(recordOf('s'), 'other');
    for (const method of ['a', 'b', 'a']) await store.sessions.note('s', { method });
    const live = await cache.take('s');
    await live?.server(caller);
    expect(notified.splice(0)).toEqual(['b', 'a']);
    const noted = await store.sessions.note('s', { method: 'b' });
    await cache.notified('s', { method: 'b', ...(noted?.number !== undefined && { number: noted.number }) });
    await cache.changed('s');
    await cache.notified('s', { method: 'not remembered' });
    await store.sessions.note('s', { method: 'missed' });
    cache.distrust();
    await (await cache.take('s'))?.server(caller);
    expect(notified).toEqual(['b', 'not remembered', 'missed']);
  });

  it('does not lose a notification that overtakes a load', async () => {
    const { store, cache, load, notified } = start();
    await store.sessions.create(recordOf('s'), 'other');
    load.mockImplementationOnce(async (id, pod) => {
      const old = await store.sessions.load(id, pod);
      const noted = await store.sessions.note('s', { method: 'late' });
      await cache.notified('s', { method: 'late', ...(noted?.number !== undefined && { number: noted.number }) });
      return old;
    });
    await (await cache.take('s'))?.server(caller);
    expect(notified).toEqual(['late']);
  });

  it('does not keep the result of a load that a change overtook', async () => {
    const { store, cache, load } = start();
    await store.sessions.create(recordOf('s'), 'other');
    load.mockImplementationOnce(async (id, pod) => {
      const old = await store.sessions.load(id, pod);
      await store.sessions.setLogLevel('s', 'error');
      await cache.changed('s');
      return old;
    });
    expect((await cache.take('s'))?.session.logLevel).toBe('error');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('does not bring back a session that ended while it was loaded', async () => {
    const { store, cache, load } = start();
    await store.sessions.create(recordOf('s'), 'other');
    load.mockImplementationOnce(async (id, pod) => {
      const old = await store.sessions.load(id, pod);
      await store.sessions.end('s');
      await cache.ended('s');
      return old;
    });
    expect(await cache.take('s')).toBeUndefined();
    expect(cache.peek('s')).toBeUndefined();
  });

  it('closes the server of an ended session', async () => {
    const { store, cache, open } = start();
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    await live?.server(caller);
    await cache.ended('s');
    expect(open.servers).toBe(0);
  });

  it('trusts nothing that is cached once it may have missed a change', async () => {
    const { store, cache, lease } = start();
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    if (live !== undefined) cache.release(live);
    await store.sessions.end('s');
    expect(await cache.take('s')).toBe(live);
    lease.held = false;
    expect(await cache.take('s')).toBeUndefined();
  });

  it('trusts nothing from before a break of its lease', async () => {
    const { store, cache, lease } = start();
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    if (live !== undefined) cache.release(live);
    await store.sessions.end('s');
    lease.since = monotonicNow();
    expect(await cache.take('s')).toBeUndefined();
  });
});
