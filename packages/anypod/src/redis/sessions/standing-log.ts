import { randomUUID } from 'node:crypto';
import type { Sealer } from '../../core/sealer.ts';
import { REPLACED_IN_A_ROW_MS, type StandingEvent, type StandingLog } from '../../core/store/standing-log.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import { connectionOf, type Entry, fieldOf } from '../client/entries.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

type Appended = [position: string, previous: string, pod: string | null, connection: string | null] | null;
type Attachment =
  | [
      entries: Entry[],
      position: string,
      changes: string | null,
      pod: string | null,
      connection: string | null,
      replaced: number,
    ]
  | null;

type Held = [entries: Entry[], pod: string | null, connection: string | null] | null;

/** The log is a Redis Stream whose ids the server makes. The session's hash names the connection that reads it. */
export function createRedisStandingLog(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  options: Required<StoreOptions>,
): StandingLog {
  const { standingLimit, standingRetentionMs } = options;
  const keysOf = (session: string) => [keys.session(session), keys.standing(session)];

  /** A message is sealed for its log and its mark. */
  function eventsOf(session: string, entries: readonly Entry[]): StandingEvent[] {
    const key = keys.standing(session);
    return entries.map((entry) => {
      return { position: entry[0], data: sealer.open(key, fieldOf(entry, 't') ?? '', fieldOf(entry, 'd') ?? '') };
    });
  }

  return {
    async append(session, data) {
      const mark = randomUUID();
      const args = [sealer.seal(keys.standing(session), mark, data), standingLimit, standingRetentionMs, mark];
      const reply = (await commands.run(scripts.appendStanding, keysOf(session), ...args)) as Appended;
      if (reply === null) return undefined;
      const holder = connectionOf(reply[2], reply[3]);
      return { position: reply[0], previous: reply[1], ...(holder && { holder }) };
    },

    async attach(session, holder, after = '') {
      const args = [holder.pod, holder.connection, after, REPLACED_IN_A_ROW_MS];
      const reply = (await commands.run(scripts.attachStanding, keysOf(session), ...args)) as Attachment;
      if (reply === null) return undefined;
      const [entries, position, changes, pod, connection, replaced] = reply;
      const previous = connectionOf(pod, connection);
      return {
        events: eventsOf(session, entries),
        position,
        ...(changes !== null && { changes }),
        ...(previous && { previous }),
        replaced,
      };
    },

    async read(session, after) {
      const reply = (await commands.run(scripts.readStanding, keysOf(session), after)) as Held;
      if (reply === null) return undefined;
      const holder = connectionOf(reply[1], reply[2]);
      return { events: eventsOf(session, reply[0]), ...(holder && { holder }) };
    },

    async delivered(session, { pod, connection }, { position, changes }) {
      const args = [pod, connection, position, changes];
      await commands.run(scripts.deliveredStanding, [keys.session(session)], ...args);
    },

    async detach(session, { pod, connection }, { position, changes }) {
      const args = [pod, connection, position, changes];
      await commands.run(scripts.detachStanding, [keys.session(session)], ...args);
    },
  };
}
