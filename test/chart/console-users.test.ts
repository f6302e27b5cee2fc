/** The users that the chart's own Redis makes for the console, on a real Redis. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleUsers } from '../cluster/console-users.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { render } from './render.ts';
import { type ByPath, nest } from './values.ts';

const WORDS: Readonly<Record<string, string>> = {
  CONSOLE_USERNAME: 'console',
  CONSOLE_PASSWORD: 'it looks >only<',
  CONSOLE_OPERATOR_USERNAME: 'console-operator',
  CONSOLE_OPERATOR_PASSWORD: 'it acts',
};
const USERS = ['console', 'console-operator'];
const GIVEN = {
  'console.enabled': true,
  'console.operatorPasswordKey': 'operator',
  'console.redis.existingSecret': 'users',
  'console.redis.operatorUsernameKey': 'operator-name',
  'console.redis.operatorPasswordKey': 'operator-word',
};

const servers: RedisServer[] = [];
let documented: readonly unknown[] = [];

/** A Redis that makes users as the chart's does, with what Kubernetes puts in for variables. */
async function redisOf(values: ByPath): Promise<Redis> {
  const { find } = await render(nest(values));
  const { args } = find('StatefulSet', '-redis')['spec'].template.spec.containers[0] as { args: string[] };
  const isOfUser = (_: string, index: number) =>
    args.slice(0, index + 1).findLast((one) => one.startsWith('--')) === '--user';
  const filled = args
    .filter(isOfUser)
    .map((one) => one.replace(/\$\((\w+)\)/, (_match, name: string) => WORDS[name] ?? ''));
  const server = await startRedis({ args: filled });
  servers.push(server);
  return new Redis(server.url, { lazyConnect: true });
}

/** What the users of the console may do, without their passwords. */
const rightsOf = (client: Redis) =>
  Promise.all(
    USERS.map(async (user) => {
      const facts = (await client.call('ACL', 'GETUSER', user)) as unknown[];
      const of = (name: string) => facts[facts.indexOf(name) + 1];
      return { commands: String(of('commands')).split(' ').sort(), keys: of('keys'), channels: of('channels') };
    }),
  );

beforeAll(async () => {
  const server = await startRedis();
  servers.push(server);
  await consoleUsers(server.url);
  const client = new Redis(server.url);
  documented = await rightsOf(client);
  client.disconnect();
});

afterAll(() => Promise.all(servers.map((server) => server.stop())));

it.each<[string, ByPath]>([
  ['generated, before there is a console', {}],
  ['of a Secret', GIVEN],
])('may do what docs/redis.md says, with passwords that are %s [console.redis-user]', async (_, values) => {
  const redis = await redisOf(values);
  expect(await rightsOf(redis)).toEqual(documented);
  const looking = redis.duplicate({ username: 'console', password: WORDS['CONSOLE_PASSWORD'] ?? '' });
  expect(await looking.exists('anypod:any')).toBe(0);
  await expect(looking.set('anypod:any', '1')).rejects.toThrow('NOPERM');
  await expect(looking.exists('others:any')).rejects.toThrow('NOPERM');
  for (const client of [redis, looking]) client.disconnect();
});

it('may do no more where others need no password [console.redis-user]', async () => {
  const redis = await redisOf({ 'redis.auth.enabled': false });
  const looking = redis.duplicate({ username: 'console', password: WORDS['CONSOLE_PASSWORD'] ?? '' });
  expect(await looking.exists('anypod:any')).toBe(0);
  await expect(looking.set('anypod:any', '1')).rejects.toThrow('NOPERM');
  for (const client of [redis, looking]) client.disconnect();
});

it('are not there where the chart generates no passwords and there is no console', async () => {
  const redis = await redisOf({ 'redis.auth.existingSecret': 'given' });
  expect(await redis.call('ACL', 'USERS')).toEqual(['default']);
  redis.disconnect();
});
