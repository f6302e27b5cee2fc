import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventIds } from '../../core/event-id.ts';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { SessionStore } from '../../core/session-store.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { createSigner, randomId } from '../../signing/signer.ts';
import { createBackground } from '../context/background.ts';
import type { PodContext } from '../context/context.ts';
import { createDeadlines } from '../context/deadlines.ts';
import { POD_DEFAULTS, type PodOptions } from '../context/options.ts';
import { monotonicNow } from '../lifecycle/lease.ts';
import { SessionCache } from './session-cache.ts';

const caller = { headers: {}, url: 'http://localhost/mcp' };
const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} };
const recordOf = (id: string) => ({ id, protocolVersion: '2025-11-25', initialize, createdAt: 0 });

/** A cache over a memory store whose loads can be held up, and a host whose servers only count. */
function setUp(options: PodOptions = {}) {
  const store = createMemoryStore();
  const signer = createSigner(['a secret of at least thirty-two bytes']);
  const open = { servers: 0 };
  const notified: string[] = [];
  const standing: string[] = [];
  const lease = { held: true, since: 0 };
  const hosted = (): HostedServer => {
    open.servers += 1;
    const close = async () => {
      open.servers -= 1;
    };
    return {
      capabilities: {},
      deliver: () => undefined,
      notify: async ({ method }) => void notified.push(method),
      handles: () => false,
      ask: () => Promise.reject(new Error('not used')),
      toolHints: async () => undefined,
      close,
    };
  };
  const load = vi.fn<SessionStore['load']>((id, pod) => store.sessions.load(id, pod));
  const context: PodContext = {
    ageLimit: { watch: () => () => undefined },
    deadlines: createDeadlines(1000, monotonicNow),
    pod: 'pod',
    store: { ...store, sessions: { ...store.sessions, load } },
    host: {
      bytes: 1000,
      initialize: () => Promise.reject(new Error('not used')),
      rehydrate: async () => hosted(),
    },
    signer,
    random: randomId,
    eventIds: createEventIds(signer),
    log: silentLog,
    meter: silentMeter,
    background: createBackground(silentLog),
    options: { ...POD_DEFAULTS, ...options },
    now: monotonicNow,
    heldSince: () => (lease.held ? lease.since : Number.POSITIVE_INFINITY),
    mayJudge: () => lease.held,
    closing: new AbortController().signal,
  };
  const cache = new SessionCache(
    context,
    async (_session, data) => void standing.push(data),
    () => undefined,
  );
  return { store, cache, load, open, context, lease, notified, standing };
}

describe('SessionCache', () => {
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

  it('loads again at once after a change where there is a server, which may speak without a request', async () => {
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

  it('tells a server that is built later the last notifications, and one that is there each as it comes', async () => {
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

  it('does not install what a load brought that a change overtook', async () => {
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

  it('bounds the idle by bytes and closes what it drops, but never what is in use', async () => {
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

  it('keeps what is in use beyond its bounds in time too, and whatever its size', async () => {
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

  it('keeps what is in use past the time of the idle, and gives it that time again afterwards', async () => {
    const { store, cache } = start({ cacheIdleMs: 40 });
    await store.sessions.create(recordOf('s'), 'other');
    const live = await cache.take('s');
    await delay(80);
    expect(cache.held).toEqual([live]);
    if (live !== undefined) cache.release(live);
    expect(cache.peek('s')).toBe(live);
    expect(cache.used).toEqual([]);
    await delay(80);
    expect(cache.peek('s')).toBeUndefined();
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
