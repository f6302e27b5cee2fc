import { eventually } from 'anypod/testing';
import { afterEach, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type Connected, connect } from './connect.ts';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function connectTo(args: readonly string[], url = (server: RedisServer) => server.url): Promise<Connected> {
  const server = await startRedis({ args });
  stops.push(() => server.stop());
  const pod = await connect({ redis: url(server) });
  stops.push(() => pod.close());
  await pod.store.ping();
  return pod;
}

const keptNot = expect.stringContaining('Set appendonly to yes');

it('warns of a Redis that evicts keys, and of one that keeps nothing on disk, naming the setting', async () => {
  const pod = await connectTo(['--maxmemory-policy', 'allkeys-lru']);
  await eventually('it warned', () => pod.warnings.length >= 2);
  expect(pod.warnings).toEqual([
    expect.stringMatching(/maxmemory-policy is allkeys-lru\. Set it to noeviction/),
    keptNot,
  ]);
});

it('warns of nothing where everything is kept', async () => {
  const pod = await connectTo(['--appendonly', 'yes']);
  const other = await connectTo(['--save', '60 1']);
  const late = await connectTo([]);
  await eventually('a later one warned', () => late.warnings.length > 0);
  expect([pod.warnings, other.warnings]).toEqual([[], []]);
});

it('warns as well where CONFIG is forbidden', async () => {
  const user = 'user pod on >secret ~* &* +@all -config';
  const pod = await connectTo(['--maxmemory-policy', 'volatile-ttl', '--user', ...user.split(' ').slice(1)], (server) =>
    server.url.replace('//', '//pod:secret@'),
  );
  await eventually('it warned', () => pod.warnings.length >= 2);
  expect(pod.warnings).toEqual([expect.stringContaining('volatile-ttl'), keptNot]);
});
