import { setTimeout as delay } from 'node:timers/promises';
import { followSession, observed, type SessionLogs, STANDING } from '../core/session/follow-session.ts';
import type { SessionDetails, SessionFacts, StoreInspection } from '../core/store/inspection.ts';
import { FIRST_KEY_VERSION } from '../core/store/key-versions.ts';
import { entryBytes } from '../core/store/state-store.ts';
import type { Clock } from './expiring-map.ts';
import type { MemoryOwnership } from './ownership.ts';
import type { MemoryPodRegistry } from './pod-registry.ts';
import type { SessionState, Sessions, StreamState } from './session-state.ts';

/** What the store of one process shows of itself. */
export interface Inspected {
  readonly sessions: Sessions;
  readonly pods: MemoryPodRegistry;
  readonly ownership: MemoryOwnership;
  readonly clock: Clock;
}

/** How often the logs are read, ms. */
const EVERY_MS = 500;
/** Enough to tell one from several. */
const ENOUGH = 2;

/** What an operator sees of the store of one process: the only way to look into it. */
export function createMemoryInspection({ sessions, pods, ownership, clock }: Inspected): StoreInspection {
  const logs = createSessionLogs(sessions);

  function factsOf(id: string, { record, holder, state, registry, pods: holders }: SessionState): SessionFacts {
    const { protocolVersion, transport = 'http', initialize, principal, createdAt } = record;
    const { name = '', version = '' } = initialize.clientInfo as { name?: string; version?: string };
    let stateBytes = state?.bytes ?? 0;
    for (const [change, json] of registry) stateBytes += entryBytes(change, json);
    return {
      ...{ id, revision: protocolVersion, client: `${name} ${version}`.trim(), transport, createdAt, stateBytes },
      ...(principal !== undefined && { principal }),
      expiresInMs: (sessions.expiresAt(id) ?? 0) - clock(),
      pods: [...holders],
      ...(holder !== undefined && { standingPod: holder.pod }),
    };
  }

  return {
    async pods() {
      const leases = [...pods.leases()].map(([pod, until]) => ({ pod, leaseMs: until - clock() }));
      const facts = leases.map(async (lease) => {
        const calls = (await ownership.of(lease.pod)).length;
        return { ...lease, versions: [FIRST_KEY_VERSION], inbox: 0, calls };
      });
      return (await Promise.all(facts)).sort((one, other) => other.leaseMs - one.leaseMs);
    },
    async sessions(limit) {
      const all = sessions.keys().flatMap((id) => {
        const state = sessions.get(id);
        return state === undefined ? [] : [{ id, state }];
      });
      const newest = all.sort((one, other) => other.state.record.createdAt - one.state.record.createdAt);
      const shown = newest.slice(0, limit).map(({ id, state }) => factsOf(id, state));
      return { sessions: shown, complete: all.length <= limit };
    },
    async find(beginning) {
      if (sessions.get(beginning) !== undefined) return [beginning];
      const found = sessions.keys().filter((id) => id.startsWith(beginning));
      return found.slice(0, ENOUGH);
    },
    async session(id, mostStreams) {
      const state = sessions.get(id);
      return state && { ...factsOf(id, state), ...detailsOf(state, mostStreams) };
    },
    follow: (id, options) => followSession(logs, id, options),
  };
}

function detailsOf(
  { logLevel, subscriptions, questions, standing, streams }: SessionState,
  mostStreams = Number.POSITIVE_INFINITY,
): Omit<SessionDetails, keyof SessionFacts> {
  const names = streams.keys().slice(-mostStreams);
  return {
    ...(logLevel !== undefined && { logLevel }),
    subscriptions: subscriptions.size,
    questions: [...questions.values()].filter(({ answer }) => answer === undefined).length,
    standingMessages: standing.after('0-0').length,
    streams: names.flatMap((stream) => {
      const state = streams.get(stream);
      return state === undefined ? [] : [streamFacts(stream, state)];
    }),
  };
}

function streamFacts(stream: string, { owner, follower, events, bytes, done, epoch }: StreamState) {
  const facts = { stream, owner, events: events.length, bytes, done, runs: epoch };
  return { ...facts, ...(follower !== undefined && { follower: follower.pod }) };
}

function createSessionLogs(sessions: Sessions): SessionLogs {
  return {
    has: async (id) => sessions.get(id) !== undefined,
    streams: async (id) => sessions.get(id)?.streams.keys() ?? [],
    async after(id, stream, position) {
      const session = sessions.get(id);
      if (stream === STANDING) {
        const messages = session?.standing.after(position) ?? [];
        return { messages: messages.map((one) => observed(STANDING, one.position, one.value)), complete: true };
      }
      const seen = Number.parseInt(position, 10);
      const events = session?.streams.get(stream)?.events.filter(({ seq }) => seq > seen) ?? [];
      return { messages: events.map(({ seq, data }) => observed(stream, `${seq}-0`, data)), complete: true };
    },
    pause: (signal) => delay(EVERY_MS, undefined, { signal }).catch(() => undefined),
  };
}
