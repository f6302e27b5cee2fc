import { createRedisStore } from 'anypod/redis';
import { eventually, sampleRecord } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RedisSentinel, startRedisSentinel } from '../lib/redis-sentinel.ts';
import type { RedisServer } from '../lib/redis-server.ts';
import { type Connected, connect } from './connect.ts';

const key = { session: 's', stream: 'x' };
const event = (seq: number) => ({ seq, data: `{"n":${seq}}` });

let sentinel: RedisSentinel;
let pod: Connected;
let store: ReturnType<typeof createRedisStore>;

beforeEach(async () => {
  sentinel = await startRedisSentinel();
  await sentinel.inSync();
  pod = await connect({ redis: sentinel.url });
  store = createRedisStore(pod.client, { replicas: 1 });
  await store.sessions.create(sampleRecord('s'), 'pod-a');
});

afterEach(async () => {
  await store.close();
  await pod.close();
  await sentinel.stop();
});

/** Appends as an owner does, again and again until it is answered; gives up after twenty seconds. */
async function append(seq: number, final = false) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await store.events.append(key, 1, [event(seq)], final);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Stops the replica, and the link to it, so that nothing more reaches it. */
async function cutOff(master: RedisServer, replica: RedisServer): Promise<void> {
  replica.process.signal('SIGSTOP');
  const admin = new Redis(master.port, { password: sentinel.password });
  await admin.call('client', 'kill', 'type', 'replica');
  admin.disconnect();
}

it('says of each event whether a replica has it, and asks again when it is written again', async () => {
  const [master, replica] = sentinel.servers;
  expect(await store.events.open(key, 'pod-a', 1, '[]')).toEqual({ state: 'stored' });
  expect(await store.events.append(key, 1, [event(1)], false)).toEqual({ state: 'stored' });
  await cutOff(master, replica);
  const unreplicated = { state: 'stored', unreplicated: true };
  expect(await store.events.append(key, 1, [event(2)], true)).toEqual(unreplicated);
  expect(await store.events.append(key, 1, [event(2)], true)).toEqual(unreplicated);
  replica.process.signal('SIGCONT');
  await eventually('the replica has it', async () => {
    const written = await store.events.append(key, 1, [event(2)], true);
    return written.state === 'stored' && written.unreplicated === undefined;
  });
});

it('tells the owner what a failover lost, and takes it again', async () => {
  const [master, replica] = sentinel.servers;
  await store.events.open(key, 'pod-a', 1, '[]');
  await store.events.append(key, 1, [event(1)], false);
  await cutOff(master, replica);
  expect(await append(2)).toEqual({ state: 'stored', unreplicated: true });
  master.process.signal('SIGKILL');
  replica.process.signal('SIGCONT');
  await eventually('the replica is the master', async () => (await sentinel.master()) === replica);
  const late = await append(3);
  expect(late).toEqual({ state: 'missing', last: 1 });
  await append(2);
  await append(3, true);
  expect((await store.events.read(key, 0))?.events).toEqual([event(1), event(2), event(3)]);
});

it('loses no event that a replica had, whenever the master dies', async () => {
  const safe: number[] = [];
  await store.events.open(key, 'pod-a', 1, '[]');
  let seq = 0;
  for (let written = 0; written < 400; written++) {
    if (written === 200) sentinel.servers[0].process.signal('SIGKILL');
    const answer = await append(seq + 1);
    // What was lost is written again from where the log ends, as its owner does.
    if (answer.state === 'missing') seq = answer.last;
    else if (answer.state === 'stored') seq += 1;
    if (answer.state === 'stored' && answer.unreplicated === undefined) safe.push(seq);
    if (answer.state === 'missing') expect(answer.last).toBeGreaterThanOrEqual(Math.max(0, ...safe));
    if (safe.length >= 200 && (await sentinel.master()) === sentinel.servers[1]) break;
  }
  expect(safe.length).toBeGreaterThanOrEqual(200);
  const kept = (await store.events.read(key, 0))?.events.map((one) => one.seq);
  expect(kept).toEqual(expect.arrayContaining(safe));
});
