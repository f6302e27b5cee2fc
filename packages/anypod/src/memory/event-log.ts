import { AnypodError } from '../core/errors.ts';
import type { Connection, EventLog, Replay, StreamKey } from '../core/event-log.ts';
import type { StoreOptions } from '../core/store.ts';
import { sameConnection } from './same-connection.ts';
import type { Sessions, StreamState } from './session-state.ts';

export function createMemoryEventLog(sessions: Sessions, options: Required<StoreOptions>): EventLog {
  const { streamRetentionMs, streamIdleMs } = options;

  const streamsOf = (key: StreamKey) => sessions.get(key.session)?.streams;

  function replay(stream: StreamState, after: number): Replay {
    return { events: stream.events.filter((event) => event.seq > after), done: stream.done };
  }

  function finish(key: StreamKey, stream: StreamState): void {
    stream.done = true;
    streamsOf(key)?.renew(key.stream, streamRetentionMs);
  }

  return {
    async open(key) {
      streamsOf(key)?.set(key.stream, { events: [], done: false }, streamIdleMs);
    },

    async append(key, event, final): Promise<Connection | undefined> {
      const stream = streamsOf(key)?.get(key.stream);
      if (!stream) return undefined;
      if (event.seq > stream.events.length && !stream.done) {
        if (event.seq > stream.events.length + 1) {
          throw new AnypodError(
            'store_unavailable',
            `Event ${event.seq} cannot be stored before those that precede it; append those again first.`,
          );
        }
        stream.events.push(event);
        streamsOf(key)?.renew(key.stream, streamIdleMs);
        if (final) finish(key, stream);
      }
      return stream.follower;
    },

    async finish(key) {
      const stream = streamsOf(key)?.get(key.stream);
      if (stream && !stream.done) finish(key, stream);
      return stream?.follower;
    },

    async follow(key, after, follower) {
      const stream = streamsOf(key)?.get(key.stream);
      if (!stream) return undefined;
      const previous = stream.follower;
      if (!stream.done) stream.follower = follower;
      return { ...replay(stream, after), ...(previous !== undefined && { previous }) };
    },

    async read(key, after) {
      const stream = streamsOf(key)?.get(key.stream);
      return stream && replay(stream, after);
    },

    async unfollow(key, follower) {
      const stream = streamsOf(key)?.get(key.stream);
      if (stream && sameConnection(stream.follower, follower)) delete stream.follower;
    },
  };
}
