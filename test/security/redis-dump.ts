import { Redis } from 'ioredis';
import { recordCommands } from '../lib/record-commands.ts';

/** A text in Redis, and where it is. */
export interface Stored {
  readonly at: string;
  readonly text: string;
}

const READ: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, '0', '-1'),
  list: (redis, key) => redis.lrange(key, 0, -1),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
};

/** Everything that a reader of Redis sees: all keys, and all names and values under them. */
export async function dump(url: string): Promise<readonly Stored[]> {
  const redis = new Redis(url);
  try {
    const stored: Stored[] = [];
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      if (type === 'none') continue;
      const read = READ[type];
      if (read === undefined) throw new Error(`${key}: no reader for the type ${type}`);
      stored.push({ at: 'keys', text: key }, ...textsIn(key, await read(redis, key)));
    }
    return stored;
  } finally {
    redis.disconnect();
  }
}

function textsIn(at: string, value: unknown): Stored[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (Array.isArray(value)) return value.flatMap((member) => textsIn(at, member));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [{ at, text: name }, ...textsIn(`${at} ${name}`, member)]);
}

/** Everything that any client sends to Redis while `act` runs, also inside scripts. */
export async function sentToRedis(url: string, act: () => Promise<void>): Promise<string> {
  const commands: string[] = [];
  await recordCommands(url, (command) => commands.push(command.join(' ')), act);
  return commands.join('\n');
}
