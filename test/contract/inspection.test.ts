import type { Store } from 'anypod';
import { createMemoryStore } from 'anypod/memory';
import { type Inspection, openInspection } from 'anypod/operate';
import { createRedisStore } from 'anypod/redis';
import { sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { shortHash } from '../lib/short-hash.ts';

type Inspected = Pick<Inspection, 'pods' | 'sessions' | 'find' | 'session' | 'follow'>;

const FIRST = 'session-first';
const NEWER = 'session-newer';

let server: RedisServer;
let client: Redis;
let redis: Inspection;
const memoryStore = createMemoryStore();
let redisStore: Store;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
  redis = await openInspection({ redis: server.url, prefix: 'anypod' });
  redisStore = createRedisStore(client);
  for (const store of [memoryStore, redisStore]) await fill(store);
});

afterAll(async () => {
  await Promise.all([redis.close(), redisStore.close(), memoryStore.close()]);
  client.disconnect();
  await server.stop();
});

/** Two pods, one of which has left, and two sessions, one of which has one of everything. */
async function fill({ sessions, questions, standing, events, state, pods, ownership }: Store): Promise<void> {
  await pods.renew('pod-a', 60_000);
  await pods.renew('pod-b', 60_000);
  await pods.leave('pod-b');
  await sessions.create(sampleRecord(FIRST), 'pod-a', undefined, new Map([['cart', '["é"]']]));
  const { principal: _, ...anonymous } = sampleRecord(NEWER);
  await sessions.create({ ...anonymous, transport: 'sse', createdAt: anonymous.createdAt + 1 }, 'pod-b');
  await sessions.load(FIRST, 'pod-b');
  await sessions.setLogLevel(FIRST, 'error');
  await sessions.subscribe(FIRST, 'x://1');
  await state.write({ session: FIRST }, { key: 'k', json: '1', expected: 'any', writer: 'w', number: 1 });
  for (const question of ['open', 'answered']) await questions.ask(FIRST, question, 'pod-a');
  await questions.answer(FIRST, 'answered', '{}');
  await standing.attach(FIRST, { pod: 'pod-a', connection: 'c' });
  await standing.append(FIRST, '{"method":"notifications/tools/list_changed"}');
  for (const stream of ['done', 'running']) {
    const key = { session: FIRST, stream };
    await ownership.add('pod-a', key);
    await events.open(key, 'pod-a', 1, '[]');
    await events.append(key, 1, [{ seq: 1, data: '{"method":"notifications/progress"}' }], false);
    await events.append(key, 1, [{ seq: 2, data: '{"error":{"message":"é"}}' }], stream === 'done');
  }
  await events.follow({ session: FIRST, stream: 'running' }, 0, { pod: 'pod-b', connection: 'f' });
  await events.takeOver({ session: FIRST, stream: 'running' }, 'pod-a', 'pod-b');
}

/** The answer without times, which differ, and without the name in logs, which a store does not know. */
function timeless(facts: unknown): unknown {
  if (facts === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(facts, (key, value) => {
      if (key === 'hash') return undefined;
      if (key === 'leaseMs' || key === 'expiresInMs') return Number(value) > 0;
      return key === 'pods' && Array.isArray(value) && typeof value[0] === 'string' ? [...value].sort() : value;
    }),
  );
}

describe('an operator sees in the store of one process what it would see in Redis', () => {
  const same: readonly [string, (inspected: Inspected) => Promise<unknown>, unknown][] = [
    [
      'pods',
      (to) => to.pods(),
      [
        { pod: 'pod-a', leaseMs: true, calls: 2 },
        { pod: 'pod-b', leaseMs: false },
      ],
    ],
    [
      'sessions',
      (to) => to.sessions(10),
      { complete: true, sessions: [{ id: NEWER, transport: 'sse' }, { id: FIRST }] },
    ],
    ['too many sessions', async (to) => (await to.sessions(1)).complete, false],
    [
      'a session',
      (to) => to.session(FIRST),
      { questions: 1, subscriptions: 1, standingMessages: 1, logLevel: 'error' },
    ],
    ['its state', (to) => to.session(FIRST), { pods: ['pod-a', 'pod-b'], standingPod: 'pod-a', stateBytes: 12 }],
    [
      'its newest stream',
      (to) => to.session(FIRST, 1),
      { streams: [{ stream: 'running', runs: 2, follower: 'pod-b' }] },
    ],
    ['no session', (to) => to.session('session-none'), undefined],
    ['one by its id', (to) => to.find(FIRST), [FIRST]],
    ['one by its beginning', (to) => to.find('session-f'), [FIRST]],
    ['none', (to) => to.find('other'), []],
  ];

  it('besides the name of a session in logs and traces', async () => {
    expect((await redis.session(FIRST))?.hash).toBe(shortHash(FIRST));
    expect((await redis.sessions(10)).sessions.map(({ hash }) => hash)).toEqual([NEWER, FIRST].map(shortHash));
  });

  it.each(same)('%s', async (_, look, expected) => {
    const [one, other] = [timeless(await look(memoryStore.inspection)), timeless(await look(redis))];
    expect(one).toEqual(other);
    if (typeof expected === 'object') expect(one).toMatchObject(expected as object);
    else expect(one).toBe(expected);
  });

  it('how much the server keeps, also of changes of its registry', async () => {
    for (const [to, store] of [
      [memoryStore.inspection, memoryStore],
      [redis, redisStore],
    ] as const) {
      await store.sessions.changeRegistry(NEWER, new Map([['tool:a', '{"enabled":false}']]));
      expect((await to.session(NEWER))?.stateBytes).toBeGreaterThanOrEqual(23);
    }
  });

  it('several by one beginning', async () => {
    for (const to of [memoryStore.inspection, redis]) expect(await to.find('session-')).toHaveLength(2);
  });

  it('messages, those that are there and those that come, until the session ends', async () => {
    const lines = await Promise.all([followed(memoryStore.inspection, memoryStore), followed(redis, redisStore)]);
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]).toContainEqual(['running', '2-0', 'error', 26]);
    expect(lines[0]).toContainEqual(['standing', '', 'notifications/late', 31]);
  });
});

/** What an observer sees of the session, whose standing stream gets a message when the observer has seen what is there. */
async function followed(inspected: Inspected, { standing, sessions }: Store): Promise<unknown[]> {
  const seen: unknown[] = [];
  const options = { once: false, signal: AbortSignal.timeout(60_000) };
  for await (const { stream, position, what, bytes } of inspected.follow(FIRST, options)) {
    seen.push([stream, stream === 'standing' ? '' : position, what, bytes]);
    if (seen.length === 5) await standing.append(FIRST, '{"method":"notifications/late"}');
    if (what === 'notifications/late') await sessions.end(FIRST);
  }
  return seen.sort();
}
