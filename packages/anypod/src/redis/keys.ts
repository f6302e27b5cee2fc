import { FIRST_KEY_VERSION, keyVersionOf } from '../core/store/key-versions.ts';

/**
 * Spells every key that anypod can touch; no other file and no script does. `docs/keyspace.md` describes them.
 *
 * The part in braces is the hash tag of Redis Cluster: all keys of a session share one slot, and so do all keys of a pod, and all
 * keys of tasks.
 */
export interface Keys {
  session(session: string): string;
  subscriptions(session: string): string;
  cancelled(session: string): string;
  questions(session: string): string;
  standing(session: string): string;
  streams(session: string): string;
  stream(session: string, stream: string): string;
  streamState(session: string, stream: string): string;
  inbox(pod: string): string;
  owned(pod: string): string;
  pods(): string;
  builds(): string;
  changes(): string;
  call(call: string): string;
  spent(state: string): string;
  task(task: string): string;
  tasks(): string;
  tasksOf(owner: string): string;
  unfinishedOf(owner: string): string;
  held(pod: string): string;
  queue(): string;
  /** Where a pod tries at the start whether it may run its commands. */
  trial(attempt: string, type: string): string;
  handle(group: string, handle: string): string;
  handles(group: string): string;
  rate(caller: string): string;
  sessionsOf(caller: string): string;
}

/** The versions of a session's keys that this build reads and writes, newest first. */
export const KEY_VERSIONS: readonly [string, ...string[]] = [FIRST_KEY_VERSION];

/** Keys that belong to pods are in one version for all builds, since pods of all builds use them together. Changes there may only add. */
const MEETING_VERSION = FIRST_KEY_VERSION;

/** A session of a version that is not in `versions` gets keys at which there is no session, so the session is unknown. */
export function createKeys(prefix: string, versions: readonly string[] = KEY_VERSIONS): Keys {
  const root = `${prefix}:${MEETING_VERSION}`;
  const roots = new Map(versions.map((version) => [version, `${prefix}:${version}`]));
  const oldest = [...roots.values()].at(-1);
  const of = (session: string) => `${roots.get(keyVersionOf(session)) ?? oldest}:session:{${session}}`;
  return {
    session: of,
    subscriptions: (session) => `${of(session)}:subscriptions`,
    cancelled: (session) => `${of(session)}:cancelled`,
    questions: (session) => `${of(session)}:questions`,
    standing: (session) => `${of(session)}:standing`,
    streams: (session) => `${of(session)}:streams`,
    stream: (session, stream) => `${of(session)}:stream:${stream}`,
    streamState: (session, stream) => `${of(session)}:stream:${stream}:state`,
    inbox: (pod) => `${root}:inbox:{${pod}}`,
    owned: (pod) => `${root}:owned:{${pod}}`,
    pods: () => `${root}:pods`,
    builds: () => `${root}:builds`,
    changes: () => `${root}:changes`,
    call: (call) => `${root}:call:{${call}}`,
    spent: (state) => `${root}:spent:{${state}}`,
    task: (task) => `${root}:{tasks}:task:${task}`,
    tasks: () => `${root}:{tasks}:all`,
    tasksOf: (owner) => `${root}:{tasks}:of:${owner}`,
    unfinishedOf: (owner) => `${root}:{tasks}:unfinished:${owner}`,
    held: (pod) => `${root}:{tasks}:held:${pod}`,
    queue: () => `${root}:{tasks}:queue`,
    trial: (attempt, type) => `${root}:trial:{${attempt}}:${type}`,
    handle: (group, handle) => `${root}:handles:{${group}}:${handle}`,
    handles: (group) => `${root}:handles:{${group}}`,
    rate: (caller) => `${root}:rate:{${caller}}`,
    sessionsOf: (caller) => `${root}:sessions:{${caller}}`,
  };
}
