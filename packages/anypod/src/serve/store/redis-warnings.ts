import type { Cluster, Redis } from 'ioredis';
import type { Log } from '../../core/log.ts';

/**
 * Warns if a server is configured so that it loses the pods' data: it evicts keys, or keeps nothing on disk. If the server does not tell a setting,
 * there is no warning about it.
 */
export async function warnAboutRedis(client: Redis | Cluster, log: Log): Promise<void> {
  const nodes = 'nodes' in client ? client.nodes('master') : [client];
  try {
    const found = await Promise.all(nodes.map(findWarnings));
    for (const warning of new Set(found.flat())) log.warn({}, warning);
  } catch (error) {
    // Often the user may not run INFO, which a pod can do without.
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      'cannot find out whether Redis evicts keys and keeps data on disk',
    );
  }
}

async function findWarnings(node: Redis): Promise<string[]> {
  const memory = infoOf(await node.info('memory'));
  const persistence = infoOf(await node.info('persistence'));
  const policy = memory.get('maxmemory_policy');
  const warnings: string[] = [];
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push(
      `Redis may evict sessions and streams, because its maxmemory-policy is ${policy}. Set it to noeviction.`,
    );
  }
  if (persistence.get('aof_enabled') === '0' && (await keepsNoSnapshots(node, persistence))) {
    warnings.push(
      'Redis keeps nothing on disk, because its appendonly is no and its save is empty. A restart ends all sessions. Set appendonly to yes.',
    );
  }
  return warnings;
}

/** Whether the server writes no snapshots. Hosted servers often forbid CONFIG. Then a server that has never written one counts as one without. */
async function keepsNoSnapshots(node: Redis, persistence: ReadonlyMap<string, string>): Promise<boolean> {
  try {
    const [, save] = (await node.call('config', 'get', 'save')) as string[];
    if (save !== undefined) return save === '';
  } catch {
    // Forbidden.
  }
  return persistence.get('rdb_last_bgsave_time_sec') === '-1';
}

function infoOf(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
