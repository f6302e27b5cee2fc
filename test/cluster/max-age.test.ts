import { afterEach, describe, expect, test } from 'vitest';
import { type ConnectionBalancer, startConnectionBalancer } from '../lib/connection-balancer.ts';
import { startCuttingProxy } from '../lib/cutting-proxy.ts';
import type { FetchLike } from '../lib/pod-choosing-fetch.ts';
import { type Pod, type PodOptions, startPod } from '../lib/pods.ts';
import { createPoster } from '../lib/poster.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { connectMode } from './client-v2.ts';
import type { OfficialClient } from './official-client.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

const module = new URL('./fixture.ts', import.meta.url).pathname;
const AGE_MS = 1500;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function redisServer(): Promise<RedisServer> {
  const redis = await startRedis();
  cleanUp.push(() => redis.stop());
  return redis;
}

async function pod(redis: RedisServer, env: PodOptions['env']): Promise<Pod> {
  const started = await startPod({ module, redisUrl: redis.url, env: { ANYPOD_RETRY: '100', ...env } });
  cleanUp.push(() => started.kill9());
  return started;
}

async function balancer(...pods: Pod[]): Promise<ConnectionBalancer> {
  const started = await startConnectionBalancer(pods.map(({ port }) => port));
  cleanUp.push(() => started.stop());
  return started;
}

/** Streams have a balancer of their own, so that their connections can be told from others. */
function split(streams: { readonly url: URL }, others: { readonly url: URL }): FetchLike {
  return (_url, init) => fetch(init?.method === 'GET' ? streams.url : others.url, init);
}

interface Listener {
  readonly client: OfficialClient;
  readonly heard: unknown[];
}

/** Official clients of both generations, each with its standing stream. */
async function listeners(count: number, fetch: FetchLike): Promise<Listener[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const heard: unknown[] = [];
      const on = { 'notifications/message': (params: Record<string, unknown>) => void heard.push(params['data']) };
      const { connect } = OFFICIAL_CLIENTS[index % OFFICIAL_CLIENTS.length] as (typeof OFFICIAL_CLIENTS)[number];
      const client = await connect({ fetch, on });
      cleanUp.push(() => client.close());
      return { client, heard };
    }),
  );
}

/** Calls on so many connections that are kept alive, one after the other on each, until it is told to stop. */
function load(url: URL, connections: number): { readonly pids: readonly number[]; stop(): Promise<void> } {
  const kept = createPoster(connections);
  cleanUp.push(async () => kept.stop());
  const pids: number[] = [];
  let stopped = false;
  const work = async () => {
    const { headers } = await openSession(url);
    for (let id = 1; !stopped && id < 10_000; id += 1) {
      const call = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'whoami', arguments: {} } };
      const [answer] = await messagesOf(await kept.post(url, call, headers));
      pids.push(JSON.parse(textOf(answer)).pid);
    }
  };
  const working = Array.from({ length: connections }, work);
  return {
    pids,
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describe('after a scale-out', () => {
  test('streams and connections move to the new pod by their age, and nothing is lost or doubled [pod.age.spreads]', async () => {
    const redis = await redisServer();
    const aging = { ANYPOD_MAX_AGE: `${AGE_MS}` };
    const old = [await pod(redis, aging), await pod(redis, aging)];
    const [streams, calls] = [await balancer(...old), await balancer(...old)];
    const clients = await listeners(8, split(streams, calls));
    await eventually(() => expect(old.map(({ port }) => streams.open(port))).toEqual([4, 4]));
    const working = load(calls.url, 6);
    await eventually(() => expect(working.pids.length).toBeGreaterThan(20));

    const added = await pod(redis, aging);
    for (const one of [streams, calls]) one.add(added.port);
    let said = 0;
    await eventually(async () => {
      for (const { client } of clients) await client.call('say', { text: `${said}` });
      said += 1;
      expect(streams.open(added.port)).toBeGreaterThan(0);
      expect(working.pids).toContain(added.process.pid);
      // Each of them has come back twice.
      expect(streams.opened).toBeGreaterThan(24);
    });
    await working.stop();
    for (const { heard } of clients) await eventually(() => expect(heard).toEqual(numbers(said)));
    await eventually(() => {
      const held = [...old, added].map(({ port }) => streams.open(port));
      expect(held.reduce((sum, count) => sum + count)).toBe(8);
      expect(held.at(-1)).toBeGreaterThan(0);
    });
  });

  test('they stay where they are without an age, however long others have moved [pod.age.off]', async () => {
    const redis = await redisServer();
    const [aging, ageless] = [
      await pod(redis, { ANYPOD_MAX_AGE: `${AGE_MS}` }),
      await pod(redis, { ANYPOD_MAX_AGE: '0' }),
    ];
    const [moving, streams, calls] = [await balancer(aging), await balancer(ageless), await balancer(ageless)];
    await listeners(1, split(moving, calls));
    await listeners(2, split(streams, await balancer(ageless)));
    const working = load(calls.url, 1);
    await eventually(() => expect([moving.opened, streams.opened]).toEqual([1, 2]));
    await eventually(() => expect(working.pids.length).toBeGreaterThan(5));
    const before = calls.opened;
    await eventually(() => expect(moving.opened).toBeGreaterThan(3));
    await working.stop();
    expect([streams.opened, calls.opened]).toEqual([2, before]);
  });
});

describe('a stream that is old', () => {
  test('ends in the middle of a long call that its client follows, and the result arrives [pod.age.spreads] [legacy.resume.primed]', async () => {
    const redis = await redisServer();
    const pods = [await pod(redis, { ANYPOD_MAX_AGE: `${AGE_MS}`, ANYPOD_UPGRADE_AFTER: '0' })];
    const streams = await balancer(...pods);
    for (const { label, connect } of OFFICIAL_CLIENTS) {
      const cutting = await startCuttingProxy(pods[0]?.port ?? 0);
      cleanUp.push(() => cutting.stop());
      const client = await connect({ fetch: split(streams, { url: new URL(cutting.url) }) });
      cleanUp.push(() => client.close());
      await eventually(() => expect(streams.open(pods[0]?.port ?? 0)).toBe(1));
      const opened = streams.opened;
      const result = client.call('slow', { steps: 1, ms: 6000 });
      await eventually(async () => expect(await cutting.cut('resumable')).toBe(1));
      // Its own way back, and the ways back of it and of the standing stream once they are old.
      await eventually(() => expect(streams.opened).toBeGreaterThan(opened + 2));
      expect(await settled(result, label)).toBe('1 steps');
      await client.close();
    }
  });

  test('was the last answer on its connection, so its client comes back on another [pod.age.spreads]', async () => {
    const { url } = await pod(await redisServer(), {});
    const session = await openSession(new URL(url));
    const standing = await session.listen(new URL(url));
    const listening: Response[] = [];
    const client = await connectMode(
      { pin: '2026-07-28' },
      {
        async fetch(_url, init) {
          const response = await fetch(url, init);
          if (String(init?.body).includes('subscriptions/listen')) listening.push(response);
          return response;
        },
      },
    );
    cleanUp.push(() => client.close());
    await client.client.listen({ toolsListChanged: true });
    for (const { headers } of [standing, ...listening]) expect(headers.get('connection')).toBe('close');
    expect(listening).toHaveLength(1);
    await readStream(standing).cut();
  });

  test('of subscriptions/listen ends with its final result where an age is set, and its client may listen again [pod.age.listen]', async () => {
    const redis = await redisServer();
    const { url } = await pod(redis, { ANYPOD_LISTEN_MAX_AGE: `${AGE_MS}`, ANYPOD_MAX_AGE: `${AGE_MS / 2}` });
    const other = await pod(redis, { ANYPOD_MAX_AGE: `${AGE_MS / 2}` });
    const heard: unknown[] = [];
    const on = { 'notifications/tools/list_changed': () => void heard.push('changed') };
    const pin = { pin: '2026-07-28' } as const;
    const [aging, staying] = await Promise.all([
      connectMode(pin, { fetch: (_url, init) => fetch(url, init), on }),
      connectMode(pin, { fetch: (_url, init) => fetch(other.url, init), on }),
    ]);
    cleanUp.push(
      () => aging.close(),
      () => staying.close(),
    );
    const first = await aging.client.listen({ toolsListChanged: true });
    const kept = await staying.client.listen({ toolsListChanged: true });
    const keptEnd = kept.closed.then((how) => how);
    expect(await settled(first.closed, 'the listen stream')).toBe('graceful');
    await aging.client.listen({ toolsListChanged: true });
    await aging.call('change_tools');
    await eventually(() => expect(heard).toEqual(['changed', 'changed']));
    expect(await Promise.race([keptEnd, 'still open'])).toBe('still open');
  });
});
