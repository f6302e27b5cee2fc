import {
  type EventLog,
  type Orphan,
  type Replay,
  type StreamEvent,
  type StreamKey,
  TAKE_OVER_SKIP,
  type Written,
} from '../core/event-log.ts';
import type { StoreOptions } from '../core/store.ts';
import type { Commands } from './commands.ts';
import { connectionOf, type Entry, fieldOf } from './entries.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';
import type { Outcome, Writes } from './writes.ts';

type Write =
  | [state: 'stored', pod: string | null, connection: string | null]
  | [state: 'gone' | 'fenced']
  | [state: 'missing', last: number];
type Read =
  | [done: 0 | 1, entries: Entry[], trimmed: string | null, pod?: string | null, connection?: string | null]
  | null;
type Taken = [epoch: number, requests: string, last: number, entries: Entry[]] | null;

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

function eventOf(entry: Entry): StreamEvent {
  return { seq: Number(entry[0].slice(0, entry[0].indexOf('-'))), data: fieldOf(entry, 'd') ?? '' };
}

function replayOf(read: Read, after: number): Replay | undefined {
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

function orphanOf(taken: Taken): Orphan | undefined {
  if (taken === null) return undefined;
  const [epoch, requests, last, entries] = taken;
  return { epoch, requests, last, events: entries.map(eventOf), takeOvers: epoch - 1 };
}

/** Each log is a Redis Stream whose entry ids are the sequence numbers (`<seq>-0`), and a small hash of its state. */
export function createRedisEventLog(
  commands: Commands,
  writes: Writes,
  keys: Keys,
  options: Required<StoreOptions>,
): EventLog {
  const { streamRetentionMs, streamIdleMs, streamEventLimit, streamByteLimit } = options;
  const longestMs = Math.max(streamRetentionMs, streamIdleMs);

  const state = ({ session, stream }: StreamKey) => keys.streamState(session, stream);
  const log = ({ session, stream }: StreamKey) => keys.stream(session, stream);
  const index = ({ session }: StreamKey) => keys.streams(session);
  const all = (key: StreamKey) => [keys.session(key.session), state(key), log(key), index(key)];

  return {
    async open(key, owner, epoch, requests, follows = 0) {
      const keysOf = [keys.session(key.session), state(key), index(key), log(key)];
      const args = [key.stream, owner, epoch, requests, streamIdleMs, longestMs, follows];
      return writtenOf(await writes.run(scripts.openStream, keysOf, ...args));
    },

    async append(key, epoch, events, final) {
      const keepMs = final ? streamRetentionMs : streamIdleMs;
      const args = [epoch, final ? 1 : 0, key.stream, keepMs, longestMs, streamEventLimit, streamByteLimit];
      const seqsAndData = events.flatMap(({ seq, data }) => [seq, data]);
      return writtenOf(await writes.run(scripts.appendEvents, all(key), ...args, ...seqsAndData));
    },

    async finish(key, epoch, last = 0) {
      const args = [epoch, last, key.stream, streamRetentionMs];
      return writtenOf(await writes.run(scripts.finishStream, all(key), ...args));
    },

    async follow(key, after, follower, onlyIfFree = false) {
      const args = [after, follower.pod, follower.connection, onlyIfFree ? 1 : 0];
      return replayOf((await commands.run(scripts.followStream, [state(key), log(key)], ...args)) as Read, after);
    },

    async read(key, after) {
      return replayOf((await commands.run(scripts.readStream, [state(key), log(key)], after)) as Read, after);
    },

    async unfollow(key, follower) {
      await commands.run(scripts.unfollowStream, [state(key)], follower.pod, follower.connection);
    },

    async takeOver(key, from, to) {
      const args = [from, to, key.stream, streamIdleMs, longestMs, TAKE_OVER_SKIP];
      const { reply } = await writes.run(scripts.takeOverStream, all(key), ...args);
      return orphanOf(reply as Taken);
    },
  };
}
