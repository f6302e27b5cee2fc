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

/** What one round of a scan has found. */
export interface ScanRound {
  readonly keys: readonly string[];
  /** Where the next round begins. Undefined: this was the last one. */
  readonly next?: string;
}

/** The masters of a Cluster, or the one server. */
function serversOf(client: RedisClient): Commands[] {
  if (!('nodes' in client)) return [createCommands(client)];
  return client.nodes('master').map((node) => createCommands(node as RedisClient));
}

/** Looks at about `count` hashes, from the place that the round before has named: `<server>-<cursor>`. */
export async function scanRound(
  client: RedisClient,
  pattern: string,
  from: string = '0-0',
  count: number = COUNT,
): Promise<ScanRound> {
  const [server = '0', cursor = '0'] = from.split('-');
  const servers = serversOf(client);
  const reply = await servers[Number(server)]?.call('scan', cursor, 'MATCH', pattern, 'COUNT', count, 'TYPE', 'hash');
  // A Cluster may have become smaller since the last round.
  const [after, keys] = (reply ?? ['0', []]) as [string, string[]];
  if (after !== '0') return { keys, next: `${server}-${after}` };
  const following = Number(server) + 1;
  return { keys, ...(following < servers.length && { next: `${following}-0` }) };
}

/** Looks for up to `limit` keys of a pattern, in bounded rounds (SCAN), so that the servers serve others meanwhile. */
export async function scanKeys(client: RedisClient, pattern: string, limit: number): Promise<Scanned> {
  const keys = new Set<string>();
  let from: string | undefined = '0-0';
  for (let round = 0; from !== undefined; round += 1) {
    if (round === ROUNDS || keys.size > limit) return { keys: [...keys].slice(0, limit), complete: false };
    const found: ScanRound = await scanRound(client, pattern, from);
    for (const key of found.keys) keys.add(key);
    from = found.next;
  }
  return { keys: [...keys].slice(0, limit), complete: keys.size <= limit };
}
