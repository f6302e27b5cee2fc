import { setTimeout as delay } from 'node:timers/promises';
import { observed, type SessionLogs, STANDING } from '../../core/session/follow-session.ts';
import type { Observed } from '../../core/store/inspection.ts';
import { type Entry, fieldOf } from '../client/entries.ts';
import type { Looking } from './inspect-sessions.ts';

/** How often the logs are read, ms, and how many entries of one at a time. */
const EVERY_MS = 500;
const BATCH = 100;

/** The logs of the sessions in Redis. */
export function createSessionLogs(looking: Looking): SessionLogs {
  const { commands, keys } = looking;
  return {
    has: async (id) => (await commands.call('exists', keys.session(id))) === 1,
    streams: async (id) => (await commands.call('zrange', keys.streams(id), 0, -1)) as string[],
    async after(id, stream, position) {
      const key = stream === STANDING ? keys.standing(id) : keys.stream(id, stream);
      const entries = (await commands.call('xrange', key, `(${position}`, '+', 'COUNT', BATCH)) as Entry[];
      const messages = entries.map((entry) => observe(looking, id, stream, entry));
      return { messages, complete: entries.length < BATCH };
    },
    pause: (signal) => delay(EVERY_MS, undefined, { signal }).catch(() => undefined),
  };
}

/** Opens an entry of a session's log. */
export function observe({ keys, sealer }: Looking, id: string, stream: string, entry: Entry): Observed {
  const sealed = fieldOf(entry, 'd') ?? '';
  const data =
    stream === STANDING
      ? sealer.open(keys.standing(id), fieldOf(entry, 't') ?? '', sealed)
      : sealer.open(keys.stream(id, stream), Number.parseInt(entry[0], 10), sealed);
  return observed(stream, entry[0], data);
}
