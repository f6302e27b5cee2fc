import { PLAIN, type Sealer } from '../../core/sealer.ts';
import { NO_CHANGES, type SessionRecord } from '../../core/session/session.ts';
import type { SessionStore } from '../../core/store/session-store.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';
import { createSessionChanges, POD_FIELD, podsIn } from './session-changes.ts';
import { CHANGE_FIELD, createSealedSession, type Loaded, RECORD } from './session-fields.ts';
import { firstEntries } from './state-store.ts';

/** The stored form of a record, for a comparison. False: another record is stored. Undefined: none is. */
async function storedRecord(commands: Commands, sealer: Sealer, key: string, record: SessionRecord) {
  // One record has one plain form, but any number of sealed ones.
  if (sealer === PLAIN) return JSON.stringify(record);
  const stored = (await commands.call('hget', key, RECORD)) as string | null;
  if (stored === null) return undefined;
  return sealer.open(key, RECORD, stored) === JSON.stringify(record) && stored;
}

export function createRedisSessionStore(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  options: Required<StoreOptions>,
): SessionStore {
  const { sessionTtlMs } = options;
  const sealed = createSealedSession(keys, sealer);

  return {
    async create(record, pod, changes = '0-0', state = NO_CHANGES) {
      const key = keys.session(record.id);
      const entries = firstEntries(sealer, key, state);
      const args = [sealed.record(record), POD_FIELD + pod, sessionTtlMs, changes, ...entries];
      await commands.run(scripts.createSession, [key], ...args);
    },

    async initialized(before, after) {
      const stored = await storedRecord(commands, sealer, keys.session(before.id), before);
      if (stored === undefined || stored === false) return stored;
      const args = [stored, sealed.record(after)];
      const fields = await commands.run(scripts.initializedSession, [keys.session(before.id)], ...args);
      return fields === 0 ? false : podsIn(fields as string[]);
    },

    async load(id, pod) {
      const keysOf = [keys.session(id), keys.subscriptions(id), keys.cancelled(id), keys.questions(id)];
      const args = [POD_FIELD + pod, sessionTtlMs, CHANGE_FIELD];
      const loaded = (await commands.run(scripts.loadSession, keysOf, ...args)) as Loaded | null;
      return loaded === null ? undefined : sealed.session(id, loaded);
    },

    async touch(id) {
      const keysOf = [keys.session(id), keys.subscriptions(id), keys.questions(id)];
      return (await commands.run(scripts.touchSession, keysOf, sessionTtlMs)) === 1;
    },

    async takeCancelled(id, request) {
      return (await commands.run(scripts.takeCancelled, [keys.cancelled(id)], JSON.stringify(request))) === 1;
    },

    ...createSessionChanges(commands, keys, sealer, options),

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
