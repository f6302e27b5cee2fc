import { AnypodError } from '../../core/errors.ts';
import { PLAIN_KEY } from '../../core/sealer.ts';
import { FIRST_KEY_VERSION, type KeyVersions } from '../../core/store/key-versions.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

/** What all pods must know of each other. */
export interface Build {
  /** The key versions that it reads and writes, newest first. */
  readonly versions: readonly string[];
  /** The names of the keys with which it opens payloads. It seals with the first. */
  readonly payloadKeys: readonly string[];
}

const SEALS_NOTHING: readonly string[] = [PLAIN_KEY];

/** How a living pod announces its build: a member of the set of builds. A pod without payload keys says nothing of them, as older builds do. */
export function buildOf(pod: string, { versions, payloadKeys }: Build): string {
  return JSON.stringify(payloadKeys.join() === PLAIN_KEY ? [pod, versions] : [pod, versions, payloadKeys]);
}

/** Reads what a pod has announced. */
export function readBuild(member: string): Build & { readonly pod: string } {
  const [pod, versions, payloadKeys = SEALS_NOTHING] = JSON.parse(member) as [string, string[], string[]?];
  return { pod, versions, payloadKeys };
}

/** A pod that announces nothing runs a build from before there were two versions. */
const SILENT: Build = { versions: [FIRST_KEY_VERSION], payloadKeys: SEALS_NOTHING };

/**
 * Chooses the key version of new sessions: the newest one that this pod has seen every living pod know for `settleMs`; until then, the oldest one
 * that every living pod knows. So all pods can serve a session, whichever pod creates it.
 */
export function createRedisKeyVersions(
  commands: Commands,
  keys: Keys,
  { versions, payloadKeys }: Build,
  settleMs: number,
  now: () => number = () => performance.now(),
): KeyVersions {
  /** The time since which every living pod knows a version. */
  const since = new Map<string, number>();
  let current = versions.at(-1) ?? FIRST_KEY_VERSION;

  async function livingBuilds(): Promise<readonly Build[]> {
    // Keep this order: a pod announces its versions before it takes its lease.
    const pods = (await commands.run(scripts.livingPods, [keys.pods()])) as string[];
    const builds = (await commands.run(scripts.livingPods, [keys.builds()])) as string[];
    const known = new Map(builds.map(readBuild).map((build) => [build.pod, build]));
    return pods.map((pod) => known.get(pod) ?? SILENT);
  }

  return {
    current: () => current,

    async look() {
      const asked = now();
      const builds = await livingBuilds();
      const stranger = builds.find((build) => !understand(payloadKeys, build.payloadKeys));
      if (stranger !== undefined) throw noCommonPayloadKey(payloadKeys, stranger.payloadKeys);
      const known = builds.map((build) => build.versions);
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

/** Whether each of two pods can read what the other seals. */
function understand(one: readonly string[], other: readonly string[]): boolean {
  return one.includes(other[0] ?? '') && other.includes(one[0] ?? '');
}

function noCommonPayloadKey(own: readonly string[], theirs: readonly string[]): AnypodError {
  const list = (names: readonly string[]) => `${names[0]}, and opens ${names.join(' and ')}`;
  return new AnypodError(
    'no_common_payload_key',
    `ANYPOD_PAYLOAD_KEYS: this pod seals with ${list(own)}. A living pod seals with ${list(theirs)}. They could not read each other’s data. ` +
      'Append a new key on all pods before any pod lists it first; plain stands for no key (docs/data-at-rest.md).',
  );
}

function noCommonVersion(versions: readonly string[], known: readonly (readonly string[])[]): AnypodError {
  const others = [...new Set(known.map((pod) => pod.join(' and ')))].join('; ');
  return new AnypodError(
    'no_common_version',
    `This build serves sessions of key version ${versions.join(' and ')}. The living pods serve those of ${others}. They share no version. ` +
      'Update to a build that knows both first, or wait until those pods have ended.',
  );
}
