import { isUnreadable, type Sealer } from '../../core/sealer.ts';
import {
  type EventLog,
  type Orphan,
  type Replay,
  type StreamEvent,
  type StreamKey,
  TAKE_OVER_SKIP,
  type Written,
} from '../../core/store/event-log.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import { connectionOf, type Entry, fieldOf } from '../client/entries.ts';
import type { Outcome, Writes } from '../client/writes.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';
import type { OwnerNotes } from './owner-notes.ts';

type Write =
  | [state: 'stored', pod: string | null, connection: string | null]
  | [state: 'gone' | 'fenced']
  | [state: 'missing', last: number];
type Read =
  | [done: 0 | 1, entries: Entry[], trimmed: string | null, pod?: string | null, connection?: string | null]
  | null;
type Taken = [epoch: number, requests: string, last: number, entries: Entry[]] | null;

/** The name under which requests are sealed. */
const REQUESTS = 'q';

function writtenOf({ reply, isReplicated }: Outcome): Written {
  const write = reply as Write;
  if (write[0] === 'missing') return { state: 'missing', last: write[1] };
  if (write[0] !== 'stored') return { state: write[0] };
  const follower = connectionOf(write[1], write[2]);
  return {
    state: 'stored',
    ...(follower !== undefined && { follower }),
    ...(!isReplicated && { unreplicated: true }),
  };
}

function replayOf(read: Read, after: number, eventOf: (entry: Entry) => StreamEvent): Replay | undefined {
  if (read === null) return undefined;
  const events = read[1].map(eventOf);
  const previous = connectionOf(read[3] ?? null, read[4] ?? null);
  return {
    events,
    done: read[0] === 1,
    truncated: after < Number(read[2] ?? 0),
    ...(previous !== undefined && { previous }),
  };
}

/** Whether a log of these events alone is within its limits, by a quick estimate: a character has three bytes at most. */
function fit(events: readonly StreamEvent[], { streamEventLimit, streamByteLimit }: Required<StoreOptions>): boolean {
  const length = events.reduce((sum, { data }) => sum + data.length, 0);
  return events.length <= streamEventLimit && 3 * length <= streamByteLimit;
}

/** What the log writes with, and whom it tells what it cannot read. */
interface Parts {
  readonly commands: Commands;
  readonly writes: Writes;
  readonly keys: Keys;
  readonly notes: OwnerNotes;
  /** How long the notes of a pod stay if it does not renew them, in ms. */
  readonly keepNotesMs: number;
  readonly sealer: Sealer;
  readonly onError: (error: unknown) => void;
}

type EventIn = (key: string) => (entry: Entry) => StreamEvent;

/** The keys of a log. All are in the slot of its session. */
function createLogKeys(keys: Keys) {
  const state = ({ session, stream }: StreamKey) => keys.streamState(session, stream);
  const log = ({ session, stream }: StreamKey) => keys.stream(session, stream);
  const index = ({ session }: StreamKey) => keys.streams(session);
  const toBegin = (key: StreamKey) => [keys.session(key.session), state(key), index(key), log(key)];
  const all = (key: StreamKey) => [keys.session(key.session), state(key), log(key), index(key)];
  return { state, log, toBegin, all };
}

function createReading({ commands, keys }: Parts, eventIn: EventIn): Pick<EventLog, 'follow' | 'read' | 'unfollow'> {
  const { state, log } = createLogKeys(keys);
  return {
    async follow(key, after, follower, onlyIfFree = false) {
      const args = [after, follower.pod, follower.connection, onlyIfFree ? 1 : 0];
      const read = await commands.run(scripts.followStream, [state(key), log(key)], ...args);
      return replayOf(read as Read, after, eventIn(log(key)));
    },

    async read(key, after) {
      const read = await commands.run(scripts.readStream, [state(key), log(key)], after);
      return replayOf(read as Read, after, eventIn(log(key)));
    },

    async unfollow(key, follower) {
      await commands.run(scripts.unfollowStream, [state(key)], follower.pod, follower.connection);
    },
  };
}

type Writing = Pick<EventLog, 'begin' | 'open' | 'append' | 'finish'>;

/** The writes, of which each is one script. */
function createWriting({ writes, keys, notes, keepNotesMs, sealer }: Parts, options: Required<StoreOptions>): Writing {
  const { streamRetentionMs, streamIdleMs, streamEventLimit, streamByteLimit } = options;
  const longestMs = Math.max(streamRetentionMs, streamIdleMs);
  const { state, log, toBegin, all } = createLogKeys(keys);
  const keepMs = (final: boolean) => (final ? streamRetentionMs : streamIdleMs);
  return {
    async begin(key, owner, requests, events, final) {
      if (!final) await notes.begins(key, owner);
      const [where, note] = notes.inScript(key, final ? undefined : owner);
      const sealed = sealer.seal(state(key), REQUESTS, requests);
      const logKey = log(key);
      const data = events.map((event) => sealer.seal(logKey, event.seq, event.data));
      const args = [key.stream, owner, sealed, final ? 1 : 0, keepMs(final), longestMs, note, keepNotesMs];
      return writtenOf(await writes.run(scripts.beginStream, [...toBegin(key), where], ...args, ...data));
    },

    async open(key, owner, epoch, requests, follows = 0) {
      const sealed = sealer.seal(state(key), REQUESTS, requests);
      const args = [key.stream, owner, epoch, sealed, streamIdleMs, longestMs, follows];
      return writtenOf(await writes.run(scripts.openStream, toBegin(key), ...args));
    },

    async append(key, epoch, events, final, owner) {
      const [where, note] = notes.inScript(key, final ? owner : undefined);
      const end = final ? 1 : 0;
      const args = [epoch, end, key.stream, keepMs(final), longestMs, streamEventLimit, streamByteLimit, note];
      const logKey = log(key);
      const seqsAndData = events.flatMap(({ seq, data }) => [seq, sealer.seal(logKey, seq, data)]);
      const outcome = await writes.run(scripts.appendEvents, [...all(key), where], ...args, ...seqsAndData);
      return notes.ended(key, final ? owner : undefined, writtenOf(outcome));
    },

    async finish(key, epoch, last = 0, owner) {
      const [where, note] = notes.inScript(key, owner);
      const args = [epoch, last, key.stream, streamRetentionMs, note];
      const outcome = await writes.run(scripts.finishStream, [...all(key), where], ...args);
      return notes.ended(key, owner, writtenOf(outcome));
    },
  };
}

/** Each log is a Redis Stream whose entry ids are the sequence numbers (`<seq>-0`), and a small hash of its state. */
export function createRedisEventLog(parts: Parts, options: Required<StoreOptions>): EventLog {
  const { writes, keys, notes, sealer, onError } = parts;
  const { streamRetentionMs, streamIdleMs } = options;
  const longestMs = Math.max(streamRetentionMs, streamIdleMs);
  const { state, log, all } = createLogKeys(keys);
  const writing = createWriting(parts, options);

  /** An event is sealed for its log and its number. */
  const eventIn: EventIn = (key) => (entry) => {
    const seq = Number(entry[0].slice(0, entry[0].indexOf('-')));
    return { seq, data: sealer.open(key, seq, fieldOf(entry, 'd') ?? '') };
  };

  /** If this pod cannot read who asked what, it can only end the log. */
  function orphanOf(key: StreamKey, taken: Taken): Orphan | undefined {
    if (taken === null) return undefined;
    const [epoch, sealed, last, entries] = taken;
    const known = { epoch, last, takeOvers: epoch - 1 };
    try {
      const requests = sealer.open(state(key), REQUESTS, sealed);
      return { ...known, requests, events: entries.map(eventIn(log(key))) };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      onError(error);
      return { ...known, requests: '[]', events: [] };
    }
  }

  const append: EventLog['append'] = (...args) => notes.write(() => writing.append(...args));

  return {
    async begin(key, owner, requests, events, final) {
      const few = fit(events, options) ? events : [];
      const ends = final && few === events;
      const begun = await notes.write(() => writing.begin(key, owner, requests, few, ends));
      return few === events || begun.state !== 'stored'
        ? begun
        : append(key, 1, events, final, final ? owner : undefined);
    },
    open: writing.open,
    append,
    finish: (...args) => notes.write(() => writing.finish(...args)),

    ...createReading(parts, eventIn),

    async takeOver(key, from, to) {
      const args = [from, to, key.stream, streamIdleMs, longestMs, TAKE_OVER_SKIP];
      const { reply } = await writes.run(scripts.takeOverStream, all(key), ...args);
      return orphanOf(key, reply as Taken);
    },
  };
}
