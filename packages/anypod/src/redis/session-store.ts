import { AnypodError } from '../core/errors.ts';
import type { RequestId } from '../core/json-rpc.ts';
import {
  type ClientNotification,
  NO_CHANGES,
  type RegistryChanges,
  type Session,
  type SessionRecord,
} from '../core/session.ts';
import { NOTIFICATION_BYTES, NOTIFICATION_KINDS, type SessionStore } from '../core/session-store.ts';
import type { StoreOptions } from '../core/store.ts';
import type { Commands } from './commands.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';
import { firstEntries } from './state-store.ts';

const CANCELLED_LIMIT = 100;

/** The pods that cache a session are fields of its hash. A load that finds its pod there writes nothing. */
const POD_FIELD = 'p:';

/** Changes of the server's registry are fields of the hash too. So they are renewed and removed with it, by builds that do not know them as well. */
const CHANGE_FIELD = 'v:';

/** The pods among a session's field names, which the scripts return. Undefined: there are no names, so there is no such session. */
function podsIn(fields: readonly string[]): readonly string[] | undefined {
  if (fields.length === 0) return undefined;
  return fields.filter((field) => field.startsWith(POD_FIELD)).map((field) => field.slice(POD_FIELD.length));
}

type Loaded = [
  record: string,
  level: string | null,
  subscriptions: string[],
  cancelled: string[],
  notifications: string | null,
  registry: string[],
];

function notificationsIn(text: string | null): readonly ClientNotification[] {
  if (text === null || text === '') return [];
  return (JSON.parse(text) as [number, string, string][]).map(([number, method, params]) => {
    return { number, method, ...(params !== '' && { params: JSON.parse(params) as Record<string, unknown> }) };
  });
}

function changesIn(turns: readonly string[]): RegistryChanges {
  if (turns.length === 0) return NO_CHANGES;
  const changes = new Map<string, string>();
  for (let at = 0; at < turns.length; at += 2) {
    changes.set(String(turns[at]).slice(CHANGE_FIELD.length), String(turns[at + 1]));
  }
  return changes;
}

function sessionOf([record, level, subscriptions, cancelled, notifications, registry]: Loaded): Session {
  return {
    record: JSON.parse(record) as SessionRecord,
    ...(level !== null && { logLevel: level }),
    subscriptions: new Set(subscriptions),
    cancelled: new Set(cancelled.map((request) => JSON.parse(request) as RequestId)),
    notifications: notificationsIn(notifications),
    registry: changesIn(registry),
  };
}

function turnsOf(changes: RegistryChanges): readonly string[] {
  return [...changes].flatMap(([name, json]) => [CHANGE_FIELD + name, json]);
}

export function createRedisSessionStore(commands: Commands, keys: Keys, options: Required<StoreOptions>): SessionStore {
  const { sessionTtlMs, subscriptionLimit, stateByteLimit } = options;

  async function change(script: scripts.Script, keysOf: string[], ...args: (string | number)[]) {
    return podsIn((await commands.run(script, keysOf, ...args)) as string[]);
  }

  return {
    async create(record, pod, changes = '0-0', state = NO_CHANGES) {
      const args = [JSON.stringify(record), POD_FIELD + pod, sessionTtlMs, changes, ...firstEntries(state)];
      await commands.run(scripts.createSession, [keys.session(record.id)], ...args);
    },

    async initialized(before, after) {
      const args = [JSON.stringify(before), JSON.stringify(after)];
      const fields = await commands.run(scripts.initializedSession, [keys.session(before.id)], ...args);
      return fields === 0 ? false : podsIn(fields as string[]);
    },

    async load(id, pod) {
      const keysOf = [keys.session(id), keys.subscriptions(id), keys.cancelled(id), keys.questions(id)];
      const args = [POD_FIELD + pod, sessionTtlMs, CHANGE_FIELD];
      const loaded = (await commands.run(scripts.loadSession, keysOf, ...args)) as Loaded | null;
      return loaded === null ? undefined : sessionOf(loaded);
    },

    async touch(id) {
      const keysOf = [keys.session(id), keys.subscriptions(id), keys.questions(id)];
      return (await commands.run(scripts.touchSession, keysOf, sessionTtlMs)) === 1;
    },

    setLogLevel: (id, level) => change(scripts.setLogLevel, [keys.session(id)], level),

    async subscribe(id, uri) {
      const keysOf = [keys.session(id), keys.subscriptions(id)];
      const fields = await commands.run(scripts.subscribe, keysOf, uri, subscriptionLimit, sessionTtlMs);
      if (fields !== -1) return podsIn(fields as string[]);
      throw new AnypodError(
        'subscription_limit',
        `A session holds at most ${subscriptionLimit} subscriptions; unsubscribe from one first.`,
      );
    },

    unsubscribe: (id, uri) => change(scripts.unsubscribe, [keys.session(id), keys.subscriptions(id)], uri),

    cancel(id, request, keepMs) {
      const keysOf = [keys.session(id), keys.cancelled(id)];
      return change(scripts.cancelRequest, keysOf, JSON.stringify(request), keepMs, CANCELLED_LIMIT);
    },

    async takeCancelled(id, request) {
      return (await commands.run(scripts.takeCancelled, [keys.cancelled(id)], JSON.stringify(request))) === 1;
    },

    async note(id, { method, params }) {
      const json = params === undefined ? '' : JSON.stringify(params);
      const args = [method, json, NOTIFICATION_KINDS, NOTIFICATION_BYTES];
      const noted = await commands.run(scripts.noteNotification, [keys.session(id)], ...args);
      const [fields, number] = noted as [string[], number];
      const pods = podsIn(fields);
      return pods && { pods, ...(number > 0 && { number }) };
    },

    async changeRegistry(id, changes) {
      const args = [stateByteLimit, ...turnsOf(changes)];
      const stored = await commands.run(scripts.changeRegistry, [keys.session(id)], ...args);
      const [fields, refused] = stored as [string[], number];
      const pods = podsIn(fields);
      return pods && { pods, refused };
    },

    async end(id) {
      const [fields, streams] = (await commands.run(scripts.endSession, [
        keys.session(id),
        keys.subscriptions(id),
        keys.cancelled(id),
        keys.questions(id),
        keys.standing(id),
        keys.streams(id),
      ])) as [string[], string[]];
      // After a crash before this line, the logs stay until they expire, and nobody can reach them.
      const logs = streams.flatMap((stream) => [keys.stream(id, stream), keys.streamState(id, stream)]);
      if (logs.length > 0) await commands.call('unlink', ...logs);
      return podsIn(fields);
    },
  };
}
