import { randomUUID } from 'node:crypto';
import { AnypodError } from '../core/errors.ts';
import type { RedisClient, RedisConnection } from './client/client.ts';
import { faultOf } from './client/commands.ts';
import { isUnknownCommand, refusedCommand, refusedKey } from './client/replies.ts';
import { createKeys } from './keys.ts';

type Attempt = readonly [command: string, ...args: (string | number)[]];

/** Who connects, and what a pod does there. */
export interface AccessOptions {
  /** The name of the Redis user, for the error. */
  readonly user: string;
  readonly prefix: string;
  readonly replicas: number;
}

/**
 * Tries on every server, in one round trip, each command that the stores and their scripts use. Throws `AnypodError` `store_refused` with a sentence
 * that names the user and what it may not do, or `store_unavailable`. Redis checks permissions before it redirects, so a node of a Cluster
 * answers for keys that it does not have.
 */
export async function checkAccess(client: RedisClient, { user, prefix, replicas }: AccessOptions): Promise<void> {
  const inCluster = 'nodes' in client;
  const masters = inCluster ? (client.nodes('master') as RedisConnection[]) : [client];
  const tried = [...attempts(prefix, replicas), ...(inCluster ? [] : attemptsInManySlots(prefix))];
  const found = await Promise.all(masters.map((node) => findRefused(node, tried)));
  if (!inCluster && found.some(({ moved }) => moved)) {
    throw new AnypodError(
      'store_refused',
      'Redis is in Cluster mode, and this server has a part of the keys only: write the URL with redis+cluster:// instead of redis:// (docs/redis.md).',
    );
  }
  const commands = [...new Set(found.flatMap((one) => one.commands))];
  if (commands.length > 0) {
    const rules = commands.map((name) => `+${name}`).join(' ');
    throw new AnypodError(
      'store_refused',
      `The Redis user ${user} may not run ${commands.join(', ').toUpperCase()}: allow it with ACL SETUSER ${user} ${rules} (docs/redis.md#acl).`,
    );
  }
  if (found.some(({ keys }) => keys)) {
    throw new AnypodError(
      'store_refused',
      `The Redis user ${user} may not read and write keys that begin with ${prefix}: allow it with ACL SETUSER ${user} '~${prefix}:*' (docs/redis.md#acl).`,
    );
  }
}

async function findRefused(
  node: RedisConnection,
  tried: readonly Attempt[],
): Promise<{ readonly commands: readonly string[]; readonly keys: boolean; readonly moved: boolean }> {
  const results = await node
    .pipeline(tried.map((attempt) => [...attempt]))
    .exec()
    .catch((error: unknown) => {
      throw faultOf(error);
    });
  const commands: string[] = [];
  let keys = false;
  let moved = false;
  for (const [index, [error]] of (results ?? []).entries()) {
    const name = tried[index]?.[0] ?? '';
    if (error === null) continue;
    if (refusedCommand(error) || isUnknownCommand(error)) commands.push(name);
    else if (refusedKey(error)) keys = true;
    else if (error.message.startsWith('MOVED ')) moved = true;
    else if (!isExpected(error)) throw faultOf(error);
  }
  return { commands, keys, moved };
}

/**
 * A node that does not have the keys redirects, no server knows the hash of the script, and the stream has no group. All come after the check of the
 * permissions.
 */
function isExpected({ message }: Error): boolean {
  return /^(?:ASK|TRYAGAIN|CLUSTERDOWN|NOSCRIPT|NOGROUP|ERR The XGROUP subcommand) /.test(message);
}

/** A node of a Cluster has some slots, and redirects for the others. */
function attemptsInManySlots(prefix: string): readonly Attempt[] {
  const keys = createKeys(prefix);
  return Array.from({ length: 16 }, () => ['exists', keys.trial(randomUUID(), 'none')] as const);
}

/** A test compares this list with the commands of the scripts. INFO is not in it: without it a pod counts each new connection as another server. */
export function attempts(prefix: string, replicas: number): readonly Attempt[] {
  const keys = createKeys(prefix);
  const id = randomUUID();
  const [hash, set, none] = [keys.trial(id, 'hash'), keys.trial(id, 'set'), keys.trial(id, 'none')];
  return [
    ['ping'],
    ['time'],
    ['eval', 'return 1', 1, none],
    ['evalsha', '0'.repeat(40), 1, none],
    ['hset', hash, 'f', '1'],
    ['pexpire', hash, 10_000],
    ['hsetnx', hash, 'f', '1'],
    ['hincrby', hash, 'f', 1],
    ['hget', hash, 'f'],
    ['hmget', hash, 'f'],
    ['hkeys', hash],
    ['hexists', hash, 'f'],
    ['hgetall', hash],
    ['hdel', hash, 'f'],
    ['sadd', set, 'm'],
    ['pexpire', set, 10_000],
    ['scard', set],
    ['sismember', set, 'm'],
    ['smembers', set],
    ['srem', set, 'm'],
    ['zadd', none, 'XX', 1, 'm'],
    ['zscore', none, 'm'],
    ['zrange', none, 0, 0],
    ['zrangebyscore', none, 0, 0],
    ['zcard', none],
    ['zrevrangebyscore', none, 0, 0],
    ['zrem', none, 'm'],
    ['zremrangebyrank', none, 0, 0],
    ['zremrangebyscore', none, 0, 0],
    ['xadd', none, 'NOMKSTREAM', '*', 'f', '1'],
    ['xlen', none],
    ['xrange', none, '-', '+', 'COUNT', 1],
    ['xrevrange', none, '+', '-', 'COUNT', 1],
    ['xread', 'COUNT', 1, 'BLOCK', 1, 'STREAMS', none, '0'],
    ['xgroup', 'DELCONSUMER', none, 'g', 'c'],
    ['xreadgroup', 'GROUP', 'g', 'c', 'COUNT', 1, 'STREAMS', none, '>'],
    ['xpending', none, 'g'],
    ['xack', none, 'g', '0-1'],
    ['xtrim', none, 'MAXLEN', 1],
    ['xdel', none, '0-1'],
    ['set', none, '1', 'XX'],
    ['exists', none],
    ['pttl', none],
    ['unlink', hash],
    ['del', set],
    ...(replicas > 0 ? ([['wait', 0, 1]] as const) : []),
  ];
}
