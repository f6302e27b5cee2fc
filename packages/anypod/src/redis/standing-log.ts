import { randomUUID } from 'node:crypto';
import { REPLACED_IN_A_ROW_MS, type StandingEvent, type StandingLog } from '../core/standing-log.ts';
import type { StoreOptions } from '../core/store.ts';
import type { Commands } from './commands.ts';
import { connectionOf, type Entry, fieldOf } from './entries.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

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

function standingEventOf(entry: Entry): StandingEvent {
  return { position: entry[0], data: fieldOf(entry, 'd') ?? '' };
}

/** The log is a Redis Stream whose ids the server makes. The session's hash names the connection that reads it. */
export function createRedisStandingLog(commands: Commands, keys: Keys, options: Required<StoreOptions>): StandingLog {
  const { standingLimit, standingRetentionMs } = options;
  const keysOf = (session: string) => [keys.session(session), keys.standing(session)];

  return {
    async append(session, data) {
      const args = [data, standingLimit, standingRetentionMs, randomUUID()];
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
        events: entries.map(standingEventOf),
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
      return { events: reply[0].map(standingEventOf), ...(holder && { holder }) };
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
