import type { RedisClient } from './client.ts';
import { type Commands, createCommands } from './commands.ts';

/** How many keys one round looks at, and how many rounds there are at most: a million keys. */
const COUNT = 1000;
const ROUNDS = 1000;

/** The keys that a scan has found. */
export interface Scanned {
  readonly keys: readonly string[];
  /** False: there are more keys than the scan may look at, or than it may return. */
  readonly complete: boolean;
}

/** The masters of a Cluster, or the one server. */
function serversOf(client: RedisClient): Commands[] {
  if (!('nodes' in client)) return [createCommands(client)];
  return client.nodes('master').map((node) => createCommands(node as RedisClient));
}

/** Looks for up to `limit` keys of a pattern, in bounded rounds (SCAN), so that the servers serve others meanwhile. */
export async function scanKeys(client: RedisClient, pattern: string, limit: number): Promise<Scanned> {
  const keys = new Set<string>();
  let rounds = 0;
  for (const server of serversOf(client)) {
    let cursor = '0';
    do {
      if (rounds === ROUNDS || keys.size > limit) return { keys: [...keys].slice(0, limit), complete: false };
      rounds += 1;
      const reply = await server.call('scan', cursor, 'MATCH', pattern, 'COUNT', COUNT, 'TYPE', 'hash');
      const [next, found] = reply as [string, string[]];
      for (const key of found) keys.add(key);
      cursor = next;
    } while (cursor !== '0');
  }
  return { keys: [...keys].slice(0, limit), complete: keys.size <= limit };
}
