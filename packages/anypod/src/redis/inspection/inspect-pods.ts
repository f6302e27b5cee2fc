import type { PodFacts } from '../../core/store/inspection.ts';
import { FIRST_KEY_VERSION } from '../../core/store/key-versions.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import { readBuild } from '../pods/key-versions.ts';

/** The time of the Redis server, in ms. */
async function timeOf(commands: Commands): Promise<number> {
  const [seconds, micros] = (await commands.call('time')) as [string, string];
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

/** Reads what is known of all pods, also of those that were lost within the last hour. */
export async function inspectPods(commands: Commands, keys: Keys): Promise<PodFacts[]> {
  const now = await timeOf(commands);
  const leases = (await commands.call('zrange', keys.pods(), 0, -1, 'WITHSCORES')) as string[];
  const builds = (await commands.call('zrange', keys.builds(), 0, -1)) as string[];
  const versions = new Map(builds.map(readBuild).map((build) => [build.pod, build.versions]));
  const facts: PodFacts[] = [];
  for (let at = 0; at < leases.length; at += 2) {
    const pod = leases[at] ?? '';
    facts.push({
      pod,
      leaseMs: Number(leases[at + 1]) - now,
      versions: versions.get(pod) ?? [FIRST_KEY_VERSION],
      inbox: Number(await commands.call('xlen', keys.inbox(pod))),
      calls: Number(await commands.call('scard', keys.owned(pod))),
    });
  }
  return facts.sort((one, other) => other.leaseMs - one.leaseMs);
}
