import { AnypodError } from '../core/errors.ts';
import { FIRST_KEY_VERSION, type KeyVersions } from '../core/key-versions.ts';
import type { Commands } from './commands.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

/** How a living pod announces its build: a member of the set of builds. */
export function buildOf(pod: string, versions: readonly string[]): string {
  return JSON.stringify([pod, versions]);
}

/** A pod that announces nothing runs a build from before there were two versions. */
const SILENT: readonly string[] = [FIRST_KEY_VERSION];

/**
 * Chooses the key version of new sessions: the newest one that this pod has seen every living pod know for `settleMs`; until then, the oldest one
 * that every living pod knows. So all pods can serve a session, whichever pod creates it. `versions` are those of this build, newest first.
 */
export function createRedisKeyVersions(
  commands: Commands,
  keys: Keys,
  versions: readonly string[],
  settleMs: number,
  now: () => number = () => performance.now(),
): KeyVersions {
  /** The time since which every living pod knows a version. */
  const since = new Map<string, number>();
  let current = versions.at(-1) ?? FIRST_KEY_VERSION;

  async function knownByPods(): Promise<readonly (readonly string[])[]> {
    // Keep this order: a pod announces its versions before it takes its lease.
    const pods = (await commands.run(scripts.livingPods, [keys.pods()])) as string[];
    const builds = (await commands.run(scripts.livingPods, [keys.builds()])) as string[];
    const known = new Map(builds.map((build) => JSON.parse(build) as [pod: string, versions: string[]]));
    return pods.map((pod) => known.get(pod) ?? SILENT);
  }

  return {
    current: () => current,

    async look() {
      const asked = now();
      const known = await knownByPods();
      const shared = versions.filter((version) => known.every((pod) => pod.includes(version)));
      for (const version of versions) {
        if (!shared.includes(version)) since.delete(version);
        else if (!since.has(version)) since.set(version, asked);
      }
      const chosen = shared.find((version) => asked - (since.get(version) ?? asked) >= settleMs) ?? shared.at(-1);
      if (chosen === undefined) throw noCommonVersion(versions, known);
      current = chosen;
    },
  };
}

function noCommonVersion(versions: readonly string[], known: readonly (readonly string[])[]): AnypodError {
  const others = [...new Set(known.map((pod) => pod.join(' and ')))].join('; ');
  return new AnypodError(
    'no_common_version',
    `This build serves sessions of key version ${versions.join(' and ')}. The living pods serve those of ${others}. They share no version. ` +
      'Update to a build that knows both first, or wait until those pods have ended.',
  );
}
