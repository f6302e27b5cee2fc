/**
 * Every key that anypod can touch; no other file and no script spells one. `docs/keyspace.md` describes them.
 *
 * The part in braces is the hash tag of Redis Cluster: all keys of a session share one slot, and what is a pod's has its pod's.
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
  changes(): string;
  call(call: string): string;
  spent(state: string): string;
}

/** The version of keys and envelopes: a wire protocol between pods of different builds. */
const KEY_VERSION = 'v1';

export function createKeys(prefix: string): Keys {
  const root = `${prefix}:${KEY_VERSION}`;
  return {
    session: (session) => `${root}:session:{${session}}`,
    subscriptions: (session) => `${root}:session:{${session}}:subscriptions`,
    cancelled: (session) => `${root}:session:{${session}}:cancelled`,
    questions: (session) => `${root}:session:{${session}}:questions`,
    standing: (session) => `${root}:session:{${session}}:standing`,
    streams: (session) => `${root}:session:{${session}}:streams`,
    stream: (session, stream) => `${root}:session:{${session}}:stream:${stream}`,
    streamState: (session, stream) => `${root}:session:{${session}}:stream:${stream}:state`,
    inbox: (pod) => `${root}:inbox:{${pod}}`,
    owned: (pod) => `${root}:owned:{${pod}}`,
    pods: () => `${root}:pods`,
    changes: () => `${root}:changes`,
    call: (call) => `${root}:call:{${call}}`,
    spent: (state) => `${root}:spent:{${state}}`,
  };
}
