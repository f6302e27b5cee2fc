import { AnypodError } from '../core/errors.ts';
import {
  type ClientNotification,
  NO_CHANGES,
  type RegistryChanges,
  type Session,
  type SessionRecord,
} from '../core/session/session.ts';
import { EntryTable } from '../core/state/entry-table.ts';
import { NOTIFICATION_BYTES, NOTIFICATION_KINDS, type SessionStore } from '../core/store/session-store.ts';
import { entryBytes } from '../core/store/state-store.ts';
import type { StoreOptions } from '../core/store/store.ts';
import type { Clock } from './expiring-map.ts';
import { createSessionState, type SessionState, type Sessions } from './session-state.ts';

const CANCELLED_LIMIT = 100;

/** Remembers the notification and returns its number. Undefined: it is not remembered. */
function remember(session: SessionState, { method, params }: Omit<ClientNotification, 'number'>): number | undefined {
  const json = params === undefined ? '' : JSON.stringify(params);
  const others = session.notifications.filter((other) => other.method !== method);
  session.notifications = others;
  if (others.length >= NOTIFICATION_KINDS || Buffer.byteLength(method + json) > NOTIFICATION_BYTES) return undefined;
  session.lastNotification += 1;
  const number = session.lastNotification;
  const copy = json === '' ? {} : { params: JSON.parse(json) as Record<string, unknown> };
  session.notifications = [...others, { number, method, ...copy }];
  return number;
}

function loaded(session: SessionState): Session {
  return {
    record: session.record,
    ...(session.logLevel !== undefined && { logLevel: session.logLevel }),
    subscriptions: new Set(session.subscriptions),
    cancelled: new Set(session.cancelled.keys()),
    notifications: session.notifications,
    registry: session.registry,
  };
}

/** Stores changes. Leaves out each for which there is no room, and forgets its earlier value. Returns how many. */
function changeRegistry(session: SessionState, changes: RegistryChanges, limit: number): number {
  const kept = new Map(session.registry);
  let bytes = 0;
  for (const [name, json] of kept) bytes += entryBytes(name, json);
  let refused = 0;
  for (const [name, json] of changes) {
    const earlier = kept.get(name);
    if (earlier !== undefined) bytes -= entryBytes(name, earlier);
    kept.delete(name);
    if (bytes + entryBytes(name, json) > limit) refused += 1;
    else {
      kept.set(name, json);
      bytes += entryBytes(name, json);
    }
  }
  session.registry = kept;
  return refused;
}

function replaceRecord(session: SessionState | undefined, before: SessionRecord, after: SessionRecord) {
  if (session === undefined) return undefined;
  if (JSON.stringify(session.record) !== JSON.stringify(before)) return false;
  session.record = structuredClone(after);
  return [...session.pods];
}

export function createMemorySessionStore(
  sessions: Sessions,
  clock: Clock,
  options: Required<StoreOptions>,
): SessionStore {
  const { sessionTtlMs, standingLimit, standingRetentionMs, subscriptionLimit, stateByteLimit } = options;

  async function change(id: string, apply: (session: SessionState) => void): Promise<readonly string[] | undefined> {
    const session = sessions.get(id);
    if (!session) return undefined;
    apply(session);
    return [...session.pods];
  }

  function forgetOldCancelled({ cancelled }: SessionState): void {
    for (const [request, until] of cancelled) if (until <= clock()) cancelled.delete(request);
    // A Map keeps the order of insertion: the first is the oldest.
    for (const request of cancelled.keys()) if (cancelled.size > CANCELLED_LIMIT) cancelled.delete(request);
  }

  return {
    async create(record, pod, changes = '0-0', state = NO_CHANGES) {
      const session = createSessionState(structuredClone(record), changes, clock, standingLimit, standingRetentionMs);
      session.pods.add(pod);
      if (state.size > 0) session.state = new EntryTable(stateByteLimit, state);
      sessions.set(record.id, session, sessionTtlMs);
    },

    initialized: async (before, after) => replaceRecord(sessions.get(before.id), before, after),

    async load(id, pod) {
      const session = sessions.get(id);
      if (!session) return undefined;
      session.pods.add(pod);
      sessions.renew(id, sessionTtlMs);
      forgetOldCancelled(session);
      return loaded(session);
    },

    touch: async (id) => sessions.renew(id, sessionTtlMs),

    setLogLevel: (id, level) =>
      change(id, (session) => {
        session.logLevel = level;
      }),

    subscribe: (id, uri) =>
      change(id, ({ subscriptions }) => {
        if (!subscriptions.has(uri) && subscriptions.size >= subscriptionLimit) {
          throw new AnypodError(
            'subscription_limit',
            `A session holds at most ${subscriptionLimit} subscriptions; unsubscribe from one first.`,
          );
        }
        subscriptions.add(uri);
      }),

    unsubscribe: (id, uri) => change(id, ({ subscriptions }) => void subscriptions.delete(uri)),

    cancel: (id, request, keepMs) =>
      change(id, (session) => {
        if (keepMs === 0) return;
        session.cancelled.delete(request);
        session.cancelled.set(request, clock() + keepMs);
        forgetOldCancelled(session);
      }),

    async takeCancelled(id, request) {
      const cancelled = sessions.get(id)?.cancelled;
      const until = cancelled?.get(request) ?? 0;
      cancelled?.delete(request);
      return until > clock();
    },

    async note(id, notification) {
      const session = sessions.get(id);
      if (!session) return undefined;
      const number = remember(session, notification);
      return { pods: [...session.pods], ...(number !== undefined && { number }) };
    },

    async changeRegistry(id, changes) {
      const session = sessions.get(id);
      return session && { pods: [...session.pods], refused: changeRegistry(session, changes, stateByteLimit) };
    },

    async end(id) {
      const session = sessions.get(id);
      sessions.delete(id);
      return session && [...session.pods];
    },
  };
}
