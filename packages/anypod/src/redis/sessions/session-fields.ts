import type { RequestId } from '../../core/json/json-rpc.ts';
import type { Sealer } from '../../core/sealer.ts';
import {
  type ClientNotification,
  NO_CHANGES,
  type RegistryChanges,
  type Session,
  type SessionRecord,
} from '../../core/session/session.ts';
import { NOTIFICATION_BYTES, NOTIFICATION_KINDS } from '../../core/store/session-store.ts';
import type { Keys } from '../keys.ts';

export const RECORD = 'r';
export const LEVEL = 'l';

/** Changes of the server's registry are fields of the hash too. So they are renewed and removed with it, by builds that do not know them as well. */
export const CHANGE_FIELD = 'v:';

/** Of a notification, in the JSON of all of them. */
const partOf = (method: string) => `n:${method}`;

/** What `load-session` returns. */
export type Loaded = [
  record: string,
  level: string | null,
  subscriptions: string[],
  cancelled: string[],
  notifications: string | null,
  registry: string[],
];

/** The content of a session, as it is stored and as it is read. */
export interface SealedSession {
  record(record: SessionRecord): string;
  session(id: string, loaded: Loaded): Session;
  /** The arguments of `note-notification`. */
  notification(id: string, method: string, params?: Readonly<Record<string, unknown>>): (string | number)[];
  /** The changes as arguments of `change-registry`. */
  changes(id: string, changes: RegistryChanges): (string | number)[];
}

export function createSealedSession(keys: Keys, sealer: Sealer): SealedSession {
  function notificationsIn(key: string, text: string | null): readonly ClientNotification[] {
    if (text === null || text === '') return [];
    return (JSON.parse(text) as [number, string, string][]).map(([number, form, sealed]) => {
      const method = sealer.nameOf(key, form);
      if (sealed === '') return { number, method };
      return {
        number,
        method,
        params: JSON.parse(sealer.open(key, partOf(method), sealed)) as Record<string, unknown>,
      };
    });
  }

  function changesIn(key: string, turns: readonly string[]): RegistryChanges {
    if (turns.length === 0) return NO_CHANGES;
    const changes = new Map<string, string>();
    for (let at = 0; at < turns.length; at += 2) {
      const name = sealer.nameOf(key, String(turns[at]).slice(CHANGE_FIELD.length));
      changes.set(name, sealer.open(key, CHANGE_FIELD + name, String(turns[at + 1])));
    }
    return changes;
  }

  return {
    record: (record) => sealer.seal(keys.session(record.id), RECORD, JSON.stringify(record)),

    session(id, [record, level, subscriptions, cancelled, notifications, registry]) {
      const [key, list] = [keys.session(id), keys.subscriptions(id)];
      return {
        record: JSON.parse(sealer.open(key, RECORD, record)) as SessionRecord,
        ...(level !== null && { logLevel: sealer.open(key, LEVEL, level) }),
        subscriptions: new Set(subscriptions.map((form) => sealer.nameOf(list, form))),
        cancelled: new Set(cancelled.map((request) => JSON.parse(request) as RequestId)),
        notifications: notificationsIn(key, notifications),
        registry: changesIn(key, registry),
      };
    },

    notification(id, method, params) {
      const key = keys.session(id);
      const json = params === undefined ? '' : JSON.stringify(params);
      const sealed = json === '' ? '' : sealer.seal(key, partOf(method), json);
      const bytes = Buffer.byteLength(method) + Buffer.byteLength(json);
      return [sealed, bytes, NOTIFICATION_KINDS, NOTIFICATION_BYTES, ...sealer.forms(key, method)];
    },

    changes(id, changes) {
      const key = keys.session(id);
      return [...changes].flatMap(([name, json]) => {
        const fields = sealer.forms(key, name).map((form) => CHANGE_FIELD + form);
        return [Buffer.byteLength(CHANGE_FIELD + name), ...fields, sealer.seal(key, CHANGE_FIELD + name, json)];
      });
    },
  };
}
