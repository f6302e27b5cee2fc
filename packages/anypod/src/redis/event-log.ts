import { AnypodError } from '../core/errors.ts';
import type { Connection, EventLog, Replay, StreamKey } from '../core/event-log.ts';
import type { StoreOptions } from '../core/store.ts';
import type { Commands } from './commands.ts';
import { connectionOf, type Entry, fieldOf } from './entries.ts';
import { createOrder } from './in-order.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

type Follower = [pod: string | null, connection: string | null] | null;
type Read = [done: 0 | 1, entries: Entry[], pod?: string | null, connection?: string | null] | null;

function replayOf(read: Read): Replay | undefined {
  if (read === null) return undefined;
  const events = read[1].map((entry) => ({
    seq: Number(entry[0].slice(0, entry[0].indexOf('-'))),
    data: fieldOf(entry, 'd') ?? '',
  }));
  const previous = connectionOf(read[2] ?? null, read[3] ?? null);
  return { events, done: read[0] === 1, ...(previous !== undefined && { previous }) };
}

/**
 * Each log is a Redis Stream whose entry ids are the sequence numbers (`<seq>-0`), and a small hash of its state. Writes to one
 * log go out in the order of the calls, so the owner need not wait for one before the next.
 */
export function createRedisEventLog(commands: Commands, keys: Keys, options: Required<StoreOptions>): EventLog {
  const { streamRetentionMs, streamIdleMs } = options;
  const longestMs = Math.max(streamRetentionMs, streamIdleMs);
  const inOrder = createOrder();

  const state = ({ session, stream }: StreamKey) => keys.streamState(session, stream);
  const log = ({ session, stream }: StreamKey) => keys.stream(session, stream);
  const index = ({ session }: StreamKey) => keys.streams(session);

  function followerOf(reply: Follower): Connection | undefined {
    return reply === null ? undefined : connectionOf(reply[0], reply[1]);
  }

  return {
    open(key, owner, requests) {
      const keysOf = [keys.session(key.session), state(key), index(key)];
      return inOrder(state(key), async () => {
        await commands.run(scripts.openStream, keysOf, key.stream, owner, requests, streamIdleMs, longestMs);
      });
    },

    append(key, event, final) {
      const keepMs = final ? streamRetentionMs : streamIdleMs;
      const args = [event.seq, event.data, final ? 1 : 0, key.stream, keepMs, longestMs];
      return inOrder(state(key), async () => {
        const reply = await commands.run(scripts.appendEvent, [state(key), log(key), index(key)], ...args);
        if (reply !== -1) return followerOf(reply as Follower);
        throw new AnypodError(
          'store_unavailable',
          `Event ${event.seq} cannot be stored before those that precede it; append those again first.`,
        );
      });
    },

    finish(key) {
      const keysOf = [state(key), log(key), index(key)];
      return inOrder(state(key), async () =>
        followerOf((await commands.run(scripts.finishStream, keysOf, key.stream, streamRetentionMs)) as Follower),
      );
    },

    async follow(key, after, follower) {
      const args = [after, follower.pod, follower.connection];
      return replayOf((await commands.run(scripts.followStream, [state(key), log(key)], ...args)) as Read);
    },

    async read(key, after) {
      return replayOf((await commands.run(scripts.readStream, [state(key), log(key)], after)) as Read);
    },

    async unfollow(key, follower) {
      await commands.run(scripts.unfollowStream, [state(key)], follower.pod, follower.connection);
    },
  };
}
