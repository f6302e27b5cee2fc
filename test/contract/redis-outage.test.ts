import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../lib/free-port.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type Connected, codeOf, connect } from './connect.ts';

const AOF = ['--appendonly', 'yes', '--appendfsync', 'always', '--enable-debug-command', 'yes'];

let directory: string;
let server: RedisServer;
let pod: Connected;
let admin: Redis;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'anypod-outage-'));
  server = await startRedis({ directory, args: AOF });
  admin = new Redis(server.url);
  admin.on('error', () => {});
  pod = await connect({ redis: server.url });
  await pod.store.sessions.create(sampleRecord('s'), 'pod-a');
});

afterEach(async () => {
  await pod.close();
  admin.disconnect();
  server.process.signal('SIGCONT');
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const load = () => pod.store.sessions.load('s', 'pod-a');
/** A command that was under way may still be answered. */
const isAway = async () => (await codeOf(load())) === 'store_unavailable';

async function restart(args: readonly string[] = []): Promise<void> {
  server = await startRedis({ port: server.port, directory, args: [...AOF, ...args] });
}

/** Numbers that arrive in an inbox, and what is said of gaps. */
async function listen(to: Connected) {
  const got: number[] = [];
  const gaps: string[] = [];
  await to.store.inbox.listen(
    'pod-a',
    (message) => void ('ack' in message && got.push(Number(message.ack))),
    () => void gaps.push('gap'),
  );
  const send = (n: number) => to.store.inbox.send('pod-a', { type: 'confirmed', ack: String(n), from: 'pod-b' });
  return { got, gaps, send };
}

it('refuses in time while Redis is paused, and goes on by itself', async () => {
  const { got, gaps, send } = await listen(pod);
  await send(1);
  server.process.signal('SIGSTOP');
  await eventually('Redis has stopped', isAway);
  expect(await codeOf(pod.store.ping())).toBe('store_unavailable');
  server.process.signal('SIGCONT');
  await eventually('Redis answers', async () => (await codeOf(load())) === 'resolved');
  await send(2);
  await eventually('both arrived', () => got.length >= 2);
  expect([got, gaps]).toEqual([[1, 2], []]);
});

it('refuses in time while Redis is busy with something slow', async () => {
  await admin.ping();
  void admin.call('debug', 'sleep', '3');
  await eventually('Redis is busy', isAway);
  await eventually('Redis answers', async () => (await codeOf(load())) === 'resolved');
});

it('loses nothing in a restart of a Redis that keeps its data, and delivers on; only its readers cannot know', async () => {
  const { got, gaps, send } = await listen(pod);
  const key = { session: 's', stream: 'x' };
  await pod.store.events.open(key, 'pod-a', 1, '[]');
  await pod.store.events.append(key, 1, [{ seq: 1, data: '{}' }], false);
  await send(1);
  await server.stop();
  expect(await codeOf(load())).toBe('store_unavailable');
  await restart();
  await eventually('Redis answers', async () => (await codeOf(load())) === 'resolved');
  expect(await pod.store.events.append(key, 1, [{ seq: 2, data: '{}' }], true)).toEqual({ state: 'stored' });
  expect((await pod.store.events.read(key, 0))?.events.length).toBe(2);
  await send(2);
  await eventually('both arrived', () => got.length >= 2);
  await eventually('the gap was told', () => gaps.length > 0);
  expect([got, gaps]).toEqual([[1, 2], ['gap']]);
});

it('also tells of the gap if Redis restarts before the reader has reached it', async () => {
  const { got, gaps, send } = await listen(pod);
  server.process.signal('SIGKILL');
  await server.stop();
  await restart();
  await eventually('Redis answers', async () => (await codeOf(load())) === 'resolved');
  await send(1);
  await eventually('it arrived', () => got.length > 0);
  await eventually('the gap was told', () => gaps.length > 0);
  expect([got, gaps]).toEqual([[1], ['gap']]);
});

it('refuses in time while Redis loads its data', async () => {
  const pipeline = admin.pipeline();
  for (let n = 0; n < 3000; n++) pipeline.set(`other:${n}`, 'x'.repeat(100));
  await pipeline.exec();
  await server.stop();
  const loading = restart(['--key-load-delay', '2000', '--loading-process-events-interval-bytes', '1024']);
  const probe = new Redis(server.url, { enableReadyCheck: false, retryStrategy: () => 20 });
  probe.on('error', () => {});
  await eventually('Redis is loading', () =>
    probe.get('x').then(
      () => false,
      (error: Error) => error.message.startsWith('LOADING'),
    ),
  );
  probe.disconnect();
  expect(await codeOf(load())).toBe('store_unavailable');
  await loading;
  await eventually('Redis answers', async () => (await codeOf(load())) === 'resolved');
});

it('refuses while its server is a replica, and goes on when it is a master again', async () => {
  await admin.call('replicaof', '127.0.0.1', String(await freePort()));
  expect(await codeOf(pod.store.sessions.create(sampleRecord('t'), 'pod-a'))).toBe('store_unavailable');
  await admin.call('replicaof', 'no', 'one');
  await eventually('it writes', async () => {
    return (await codeOf(pod.store.sessions.create(sampleRecord('t'), 'pod-a'))) === 'resolved';
  });
});

interface Proxy {
  readonly url: string;
  readonly server: Server;
  /** From now on the connections that are open pass nothing to the pod, without a word; to Redis they still do. */
  swallow(): void;
}

async function startProxy(): Promise<Proxy> {
  const open = new Set<Socket>();
  const proxy = createServer((socket) => {
    const upstream = connectSocket(server.port, '127.0.0.1');
    open.add(upstream);
    upstream.on('data', (data) => socket.write(data));
    socket.on('data', (data) => upstream.write(data));
    for (const [one, other] of [[socket, upstream] as const, [upstream, socket] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  const swallow = () => {
    for (const upstream of open) upstream.removeAllListeners('data').resume();
  };
  return { url: `redis://127.0.0.1:${port}`, swallow, server: proxy };
}

it('refuses while Redis is out of memory, and goes on when there is room again', async () => {
  await admin.config('SET', 'maxmemory', '1');
  expect(await codeOf(pod.store.sessions.create(sampleRecord('t'), 'pod-a'))).toBe('store_unavailable');
  expect(await codeOf(pod.store.standing.append('s', '"lost?"'))).toBe('store_unavailable');
  await admin.config('SET', 'maxmemory', '0');
  expect(await pod.store.standing.append('s', '"kept"')).toBeDefined();
  expect((await load())?.record.id).toBe('s');
});

it('notices a connection that died without a word, and makes another; what was read and did not arrive can be read again', async () => {
  const proxy = await startProxy();
  const through = await connect({ redis: proxy.url });
  await pod.store.questions.ask('s', 'q', 'pod-a');
  await pod.store.questions.answer('s', 'q', '{"result":{}}');
  await through.store.ping();
  proxy.swallow();
  const take = () => through.store.questions.take('s', 'q');
  expect(await codeOf(take())).toBe('store_unavailable');
  await eventually('Redis answers', async () => (await codeOf(through.store.ping())) === 'resolved');
  expect(await take()).toBe('{"result":{}}');
  await through.close();
  proxy.server.close();
});
