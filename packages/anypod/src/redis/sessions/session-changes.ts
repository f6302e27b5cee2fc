import { AnypodError } from '../../core/errors.ts';
import type { Sealer } from '../../core/sealer.ts';
import type { SessionStore } from '../../core/store/session-store.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';
import { createSealedSession, LEVEL } from './session-fields.ts';

const CANCELLED_LIMIT = 100;

/** The pods that cache a session are fields of its hash. A load that finds its pod there writes nothing. */
export const POD_FIELD = 'p:';

/** The pods among a session's field names, which the scripts return. Undefined: there are no names, so there is no such session. */
export function podsIn(fields: readonly string[]): readonly string[] | undefined {
  if (fields.length === 0) return undefined;
  return fields.filter((field) => field.startsWith(POD_FIELD)).map((field) => field.slice(POD_FIELD.length));
}

/** The steps that change a session and return the pods that cache it. */
export type SessionChanges = Pick<
  SessionStore,
  'setLogLevel' | 'subscribe' | 'unsubscribe' | 'cancel' | 'note' | 'changeRegistry'
>;

export function createSessionChanges(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  { sessionTtlMs, subscriptionLimit, stateByteLimit }: Required<StoreOptions>,
): SessionChanges {
  const sealed = createSealedSession(keys, sealer);

  async function change(script: scripts.Script, keysOf: string[], ...args: (string | number)[]) {
    return podsIn((await commands.run(script, keysOf, ...args)) as string[]);
  }

  return {
    setLogLevel(id, level) {
      const key = keys.session(id);
      return change(scripts.setLogLevel, [key], sealer.seal(key, LEVEL, level));
    },

    async subscribe(id, uri) {
      const keysOf = [keys.session(id), keys.subscriptions(id)];
      const forms = sealer.forms(keys.subscriptions(id), uri);
      const fields = await commands.run(scripts.subscribe, keysOf, subscriptionLimit, sessionTtlMs, ...forms);
      if (fields !== -1) return podsIn(fields as string[]);
      throw new AnypodError(
        'subscription_limit',
        `A session holds at most ${subscriptionLimit} subscriptions; unsubscribe from one first.`,
      );
    },

    unsubscribe(id, uri) {
      const key = keys.subscriptions(id);
      return change(scripts.unsubscribe, [keys.session(id), key], ...sealer.forms(key, uri));
    },

    cancel(id, request, keepMs) {
      const keysOf = [keys.session(id), keys.cancelled(id)];
      return change(scripts.cancelRequest, keysOf, JSON.stringify(request), keepMs, CANCELLED_LIMIT);
    },

    async note(id, { method, params }) {
      const args = sealed.notification(id, method, params);
      const noted = await commands.run(scripts.noteNotification, [keys.session(id)], ...args);
      const [fields, number] = noted as [string[], number];
      const pods = podsIn(fields);
      return pods && { pods, ...(number > 0 && { number }) };
    },

    async changeRegistry(id, changes) {
      const args = [stateByteLimit, sealer.keys.length, ...sealed.changes(id, changes)];
      const stored = await commands.run(scripts.changeRegistry, [keys.session(id)], ...args);
      const [fields, refused] = stored as [string[], number];
      const pods = podsIn(fields);
      return pods && { pods, refused };
    },
  };
}
