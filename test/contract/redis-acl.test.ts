import { readFileSync } from 'node:fs';
import { createRedisStore } from 'anypod/redis';
import { describeStore } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '../lib/redis-server.ts';
import { type Connected, checkAccess, codeOf, connect } from './connect.ts';

const page = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');

/** The rules of the page, as arguments of ACL SETUSER. */
function documentedRules(): string[] {
  const [, text = ''] = /^redis-cli ACL SETUSER (.*?)^```/ms.exec(page) ?? [];
  return text.split(/[\s\\]+/).flatMap((word) => (word === '' ? [] : [word.replaceAll("'", '')]));
}

const [user = '', ...rules] = documentedRules();
const password = 'change-me';

async function allow(url: string): Promise<void> {
  const admin = new Redis(url);
  await admin.call('acl', 'setuser', user, ...rules);
  admin.disconnect();
}

/** What the server has denied, by command. */
async function denied(url: string): Promise<unknown[]> {
  const admin = new Redis(url);
  const log = (await admin.call('acl', 'log')) as unknown[];
  admin.disconnect();
  return log;
}

describe('a user with the rules of docs/redis.md, on one server', () => {
  let server: RedisServer;
  let a: Connected;
  let b: Connected;
  let opened = 0;

  beforeAll(async () => {
    server = await startRedis({ args: ['--save', '3600 1'] });
    await allow(server.url);
    const redis = `${server.url.replace('//', `//${user}:${password}@`)}`;
    a = await connect({ redis });
    b = await connect({ redis });
  });

  afterAll(async () => {
    await Promise.all([a.close(), b.close()]);
    await server.stop();
  });

  describeStore(
    { describe, it },
    {
      name: 'the store',
      async open(options) {
        const prefix = `anypod:test-${++opened}`;
        const stores = [a, b].map(({ client }) => createRedisStore(client, { ...options, prefix, replicas: 0 }));
        const [storeA, storeB] = stores as [(typeof stores)[0], (typeof stores)[0]];
        return {
          a: storeA,
          b: storeB,
          pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
          close: async () => void (await Promise.all(stores.map((store) => store.close()))),
        };
      },
    },
  );

  it('is denied nothing, and allowed nothing that it does not use', async () => {
    const store = createRedisStore(a.client, { replicas: 1 });
    await store.events.finish({ session: 's', stream: 'x' }, 1);
    await store.close();
    expect([...a.warnings, ...b.warnings]).toEqual([]);
    expect(await denied(server.url)).toEqual([]);
    const admin = new Redis(server.url);
    const stats = await admin.info('commandstats');
    admin.disconnect();
    const ran = [...stats.matchAll(/^cmdstat_([a-z|]+):/gm)].map(([, name = '']) => name);
    const used = new Set(ran.flatMap((name) => [`+${name}`, `+${name.split('|')[0]}`]));
    const elsewhere = ['+select', '+cluster|slots', '+cluster|info', '+client|setname'];
    const commands = rules.filter((rule) => rule.startsWith('+') && !elsewhere.includes(rule));
    expect(commands.filter((rule) => !used.has(rule))).toEqual([]);
  });

  it('cannot read what is not under the prefix, nor do what is not listed', async () => {
    const commands = [
      ['hget', 'other', 'field'],
      ['flushall'],
      ['keys', '*'],
      ['config', 'set', 'maxmemory', '1'],
    ] as const;
    for (const [name, ...args] of commands) {
      expect(await codeOf(a.client.call(name, ...args))).toMatchObject({ message: expect.stringMatching(/^NOPERM/) });
    }
  });
});

it('takes user and password as they are from their settings, before those of the URL', async () => {
  const server = await startRedis();
  const admin = new Redis(server.url);
  const [name, unusual] = ['any@pod', 'p/w:@%41 #'];
  await admin.call('acl', 'setuser', name, 'on', `>${unusual}`, '~*', '+@all');
  admin.disconnect();
  const redis = server.url.replace('//', '//nobody:wrong@');
  const pod = await connect({ redis, redisUsername: name, redisPassword: unusual });
  const stranger = await connect({ redis });
  expect(await codeOf(pod.store.ping())).toBe('resolved');
  expect(await codeOf(stranger.store.ping())).toBe('store_unavailable');
  expect(stranger.warnings).toContain('Redis connection error');
  await Promise.all([pod.close(), stranger.close()]);
  await server.stop();
});

describe('a user with the rules of docs/redis.md, on a Cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    for (const node of cluster.nodes) await allow(node.url);
  });

  afterAll(() => cluster.stop());

  it('is denied nothing', async () => {
    const pod = await connect({ redis: `redis+cluster://${user}:${password}@127.0.0.1:${cluster.nodes[0]?.port}` });
    for (let n = 0; n < 30; n++) {
      await pod.store.events.open({ session: `s${n}`, stream: 'x' }, 'pod-a', 1, '[]');
      await pod.store.sessions.end(`s${n}`);
    }
    await pod.close();
    for (const node of cluster.nodes) expect(await denied(node.url)).toEqual([]);
  });

  it('is told to write redis+cluster:// where the URL names one server of it', async () => {
    const one = new Redis({ port: cluster.nodes[0]?.port ?? 0, username: user, password });
    const checking = checkAccess(one, { user, prefix: 'anypod', replicas: 0 });
    await expect(checking).rejects.toMatchObject({
      code: 'store_refused',
      message: expect.stringContaining('with redis+cluster://'),
    });
    one.disconnect();
  });
});
