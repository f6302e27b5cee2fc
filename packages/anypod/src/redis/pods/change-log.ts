import { isUnreadable, type Sealer } from '../../core/sealer.ts';
import type { Change, ChangeLog, PositionedChange } from '../../core/store/change-log.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { RedisConnection } from '../client/client.ts';
import type { Commands } from '../client/commands.ts';
import { type Entry, fieldOf } from '../client/entries.ts';
import { startReader } from '../client/reader.ts';
import type { Keys } from '../keys.ts';

const BATCH = 500;

/** One capped Redis Stream for all pods. `connect` opens the connection for blocking reads. */
export function createRedisChangeLog(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  options: Required<StoreOptions>,
  connect: () => RedisConnection,
  onError: (error: unknown) => void,
): ChangeLog {
  const key = keys.changes();
  const limit = options.standingLimit;

  /** Undefined: this pod cannot read it. Like a change that the log has dropped, it says only that something may be stale. */
  function decode(entry: Entry): PositionedChange | undefined {
    try {
      const text = sealer.open(key, 'm', fieldOf(entry, 'm') ?? '{}');
      return { position: entry[0], change: JSON.parse(text) as Change };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      onError(error);
      return undefined;
    }
  }

  async function tail(): Promise<string> {
    const [newest] = (await commands.call('xrevrange', key, '+', '-', 'COUNT', 1)) as Entry[];
    return newest?.[0] ?? '0-0';
  }

  return {
    async publish(change) {
      const text = sealer.seal(key, 'm', JSON.stringify(change));
      return (await commands.call('xadd', key, 'MAXLEN', '~', limit, '*', 'm', text)) as string;
    },

    async follow(onChange) {
      const from = await tail();
      return startReader(connect(), {
        key,
        from,
        batch: Math.min(BATCH, limit),
        onEntry(entry) {
          const change = decode(entry);
          if (change !== undefined) onChange(change);
        },
        // A change says only that something may be stale. A pod that missed one reads the current state with its next request.
        onGap: () => undefined,
        onError,
      });
    },

    async after(position) {
      const entries = (await commands.call('xrange', key, `(${position}`, '+')) as Entry[];
      return entries.map(decode).filter((change) => change !== undefined);
    },

    tail,
  };
}
