import {
  type EventLog,
  type Orphan,
  type Replay,
  type StreamEvent,
  type StreamKey,
  TAKE_OVER_SKIP,
  type Written,
} from '../core/store/event-log.ts';
import type { Ownership } from '../core/store/ownership.ts';
import type { StoreOptions } from '../core/store/store.ts';
import type { SessionState, Sessions, StreamState } from './session-state.ts';
import { sameConnection } from './session-state.ts';

const MISSING: Written = { state: 'missing', last: -1 };

function stored({ follower }: StreamState): Written {
  return { state: 'stored', ...(follower !== undefined && { follower }) };
}

function replay(stream: StreamState, after: number): Replay {
  const events = stream.events.filter((event) => event.seq > after);
  return { events, done: stream.done, truncated: after < stream.trimmed };
}

function add(stream: StreamState, event: StreamEvent): void {
  stream.events.push(event);
  stream.last = event.seq;
  stream.bytes += Buffer.byteLength(event.data);
}

/** Removes the oldest events until the log is within both limits. The newest stays, whatever its size. */
function trim(stream: StreamState, { streamEventLimit, streamByteLimit }: Required<StoreOptions>): void {
  const { events } = stream;
  while (events.length > 1 && (events.length > streamEventLimit || stream.bytes > streamByteLimit)) {
    const oldest = events.shift();
    stream.trimmed = oldest?.seq ?? stream.trimmed;
    stream.bytes -= Buffer.byteLength(oldest?.data ?? '');
  }
}

type Streams = SessionState['streams'];

type Following = Pick<EventLog, 'follow' | 'read' | 'unfollow'>;

function createFollowing(find: (key: StreamKey) => StreamState | undefined): Following {
  return {
    async follow(key, after, follower, onlyIfFree = false) {
      const stream = find(key);
      if (!stream) return undefined;
      const previous = stream.follower;
      if (!stream.done && !(onlyIfFree && previous !== undefined)) stream.follower = follower;
      return { ...replay(stream, after), ...(previous !== undefined && { previous }) };
    },

    async read(key, after) {
      const stream = find(key);
      return stream && replay(stream, after);
    },

    async unfollow(key, follower) {
      const stream = find(key);
      if (stream && sameConnection(stream.follower, follower)) delete stream.follower;
    },
  };
}

/** The writes, each in one turn. */
function createWriting(streamsOf: (key: StreamKey) => Streams | undefined, options: Required<StoreOptions>) {
  const { streamRetentionMs, streamIdleMs } = options;

  /** The log, if this epoch may write to it; else the reason why not. */
  function writable(key: StreamKey, epoch: number): StreamState | Written {
    const streams = streamsOf(key);
    if (!streams) return { state: 'gone' };
    const stream = streams.get(key.stream);
    if (!stream || stream.epoch < epoch) return MISSING;
    return stream.epoch > epoch ? { state: 'fenced' } : stream;
  }

  function end(key: StreamKey, stream: StreamState): void {
    stream.done = true;
    streamsOf(key)?.renew(key.stream, streamRetentionMs);
  }

  function open(key: StreamKey, owner: string, epoch: number, requests: string, follows: number): Written {
    const streams = streamsOf(key);
    if (!streams) return { state: 'gone' };
    const stream = streams.get(key.stream);
    if (stream) {
      const isFenced = stream.epoch > epoch || (stream.epoch === epoch && stream.owner !== owner);
      const last = Math.max(stream.last, follows);
      if (!isFenced && !stream.done) streams.renew(key.stream, streamIdleMs);
      return isFenced ? { state: 'fenced' } : stored(Object.assign(stream, { owner, epoch, last }));
    }
    streams.set(
      key.stream,
      { owner, epoch, requests, last: follows, trimmed: 0, events: [], bytes: 0, done: false },
      streamIdleMs,
    );
    return { state: 'stored' };
  }

  function append(key: StreamKey, epoch: number, events: readonly StreamEvent[], final: boolean): Written {
    const stream = writable(key, epoch);
    if ('state' in stream) return stream;
    const fresh = stream.done ? [] : events.filter(({ seq }) => seq > stream.last);
    const [next] = fresh;
    if (next === undefined) return stored(stream);
    if (next.seq > stream.last + 1) return { state: 'missing', last: stream.last };
    for (const event of fresh) add(stream, event);
    trim(stream, options);
    streamsOf(key)?.renew(key.stream, streamIdleMs);
    if (final) end(key, stream);
    return stored(stream);
  }

  function finish(key: StreamKey, epoch: number, last: number): Written {
    const stream = writable(key, epoch);
    if ('state' in stream) return stream;
    if (stream.done) return stored(stream);
    if (stream.last < last) return { state: 'missing', last: stream.last };
    end(key, stream);
    return stored(stream);
  }

  return { open, append, finish };
}

export function createMemoryEventLog(
  sessions: Sessions,
  ownership: Ownership,
  options: Required<StoreOptions>,
): EventLog {
  const streamsOf = (key: StreamKey) => sessions.get(key.session)?.streams;
  const find = (key: StreamKey) => streamsOf(key)?.get(key.stream);
  const { open, append, finish } = createWriting(streamsOf, options);

  async function ended(key: StreamKey, written: Written, owner: string | undefined): Promise<Written> {
    if (owner !== undefined && written.state === 'stored') await ownership.remove(owner, key);
    return written;
  }

  return {
    async begin(key, owner, requests, events, final) {
      if (!final) await ownership.add(owner, key);
      const opened = open(key, owner, 1, requests, 0);
      return opened.state === 'stored' && events.length > 0 ? append(key, 1, events, final) : opened;
    },

    open: async (key, owner, epoch, requests, follows = 0) => open(key, owner, epoch, requests, follows),
    async append(key, epoch, events, final, owner) {
      const written = append(key, epoch, events, final);
      return final ? ended(key, written, owner) : written;
    },
    finish: async (key, epoch, last = 0, owner) => ended(key, finish(key, epoch, last), owner),

    ...createFollowing(find),

    async takeOver(key, from, to): Promise<Orphan | undefined> {
      const stream = find(key);
      const isOurs = stream?.owner === to && stream.takenFrom === from;
      if (!stream || stream.done || (stream.owner !== from && !isOurs)) return undefined;
      if (!isOurs) {
        stream.epoch += 1;
        stream.last += TAKE_OVER_SKIP;
      }
      stream.owner = to;
      stream.takenFrom = from;
      streamsOf(key)?.renew(key.stream, options.streamIdleMs);
      const { epoch, requests, last, events } = stream;
      return { epoch, requests, last, events: [...events], takeOvers: epoch - 1 };
    },
  };
}
