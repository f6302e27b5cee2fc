import { createRedisStore } from 'anypod/redis';
import { eventually } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

type Store = ReturnType<typeof createRedisStore>;

let server: RedisServer;
let admin: Redis;
let sender: Redis;
let receiver: Redis;
let from: Store;
let to: Store;

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
  sender = new Redis(server.url);
  receiver = new Redis(server.url);
});

afterAll(async () => {
  for (const client of [admin, sender, receiver]) client.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await admin.flushall();
  from = createRedisStore(sender);
  to = createRedisStore(receiver);
});

afterEach(async () => {
  await Promise.all([from.close(), to.close()]);
});

const numbered = (n: number) => ({ type: 'confirmed', ack: String(n), from: 'pod-a' }) as const;

/** The client ids of the connections that wait in a blocking read. */
async function blocked(): Promise<string[]> {
  const lines = String(await admin.call('client', 'list')).split('\n');
  return lines.filter((line) => /flags=b/.test(line)).map((line) => /^id=(\d+)/.exec(line)?.[1] ?? '');
}

async function listen() {
  const got: string[] = [];
  let gaps = 0;
  await to.inbox.listen(
    'pod-b',
    (message) => got.push(message.type === 'confirmed' ? message.ack : message.type),
    () => gaps++,
  );
  await eventually('the reader waits', async () => (await blocked()).length === 1);
  return { got, gaps: () => gaps };
}

it('delivers without loss, repeat or disorder while its connection is cut again and again', async () => {
  const { got, gaps } = await listen();
  const count = 2000;
  for (let n = 0; n < count; n++) {
    await from.inbox.send('pod-b', numbered(n));
    if (n % 100 === 50) for (const id of await blocked()) await admin.call('client', 'kill', 'id', id);
  }
  await eventually('everything arrived', () => got.length >= count);
  expect(got).toEqual(Array.from({ length: count }, (_, n) => String(n)));
  expect(gaps()).toBe(0);
});

it('frees the room of what was read', async () => {
  const { got } = await listen();
  for (let n = 0; n < 1000; n++) await from.inbox.send('pod-b', numbered(n));
  await eventually('everything arrived', () => got.length >= 1000);
  await eventually('little is kept', async () => (await admin.xlen('anypod:v1:inbox:{pod-b}')) <= 101);
});

it('tells of a gap when more came than an inbox keeps', async () => {
  const { got, gaps } = await listen();
  const [id = ''] = await blocked();
  // The reader is held back where a slow pod would be: its connection answers nothing until the inbox has overflowed.
  const pipeline = admin.multi();
  for (let n = 0; n < 12_000; n++) {
    pipeline.xadd('anypod:v1:inbox:{pod-b}', 'MAXLEN', '~', 10_000, '*', 'm', JSON.stringify(numbered(n)));
  }
  pipeline.call('client', 'kill', 'id', id);
  await pipeline.exec();
  await eventually('the rest arrived', () => got.at(-1) === '11999');
  expect(got.length).toBeLessThan(12_000);
  expect(gaps()).toBeGreaterThan(0);
});

it('tells of a gap when its log is gone, and is there again', async () => {
  const { got, gaps } = await listen();
  await from.inbox.send('pod-b', numbered(1));
  await eventually('the first arrived', () => got.length === 1);
  await admin.flushall();
  await from.inbox.send('pod-b', numbered(2));
  await eventually('the gap was noticed', () => gaps() === 1);
  await from.inbox.send('pod-b', numbered(3));
  await eventually('mail arrives again', () => got.length === 2);
  expect(got).toEqual(['1', '3']);
  expect(gaps()).toBe(1);
});

it('leaves no key behind for good for a pod that is gone', async () => {
  await from.inbox.send('pod-never', numbered(1));
  await listen();
  await to.pods.renew('pod-b', 5000);
  await to.close();
  await to.pods.leave('pod-b');
  await to.pods.forget('pod-b');
  await from.inbox.send('pod-b', numbered(2));
  // It may only have been paused: its mail waits for it, for a while.
  expect(await admin.keys('*inbox*')).toEqual(['anypod:v1:inbox:{pod-b}']);
  expect(await admin.pttl('anypod:v1:inbox:{pod-b}')).toBeGreaterThan(0);
  expect(await admin.exists('anypod:v1:pods')).toBe(0);
});

it('expires unless its pod renews it', async () => {
  await listen();
  await to.pods.renew('pod-b', 60_000);
  expect(await admin.pttl('anypod:v1:inbox:{pod-b}')).toBeGreaterThan(120_000);
});

it('costs two blocking connections a pod, however many streams it delivers', async () => {
  await to.inbox.listen(
    'pod-b',
    () => undefined,
    () => undefined,
  );
  await to.changes.follow(() => undefined);
  const record = {
    id: 's',
    protocolVersion: '2025-11-25',
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} },
    createdAt: 0,
  };
  await to.sessions.create(record, 'pod-a');
  for (let n = 0; n < 50; n++) {
    await from.events.open({ session: 's', stream: `x${n}` }, 'pod-a', 1, '[]');
    await to.events.follow({ session: 's', stream: `x${n}` }, 0, { pod: 'pod-b', connection: `c${n}` });
  }
  await eventually('both readers wait', async () => (await blocked()).length === 2);
  expect((await blocked()).length).toBe(2);
});
