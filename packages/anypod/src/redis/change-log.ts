import type { Change, ChangeLog, PositionedChange } from '../core/change-log.ts';
import type { StoreOptions } from '../core/store.ts';
import type { RedisConnection } from './client.ts';
import type { Commands } from './commands.ts';
import { type Entry, fieldOf } from './entries.ts';
import type { Keys } from './keys.ts';
import { startReader } from './reader.ts';

const BATCH = 500;

function decode(entry: Entry): PositionedChange {
  return { position: entry[0], change: JSON.parse(fieldOf(entry, 'm') ?? '{}') as Change };
}

/** One capped Redis Stream for all pods. `connect` opens the connection for blocking reads. */
export function createRedisChangeLog(
  commands: Commands,
  keys: Keys,
  options: Required<StoreOptions>,
  connect: () => RedisConnection,
  onError: (error: unknown) => void,
): ChangeLog {
  const key = keys.changes();
  const limit = options.standingLimit;

  async function tail(): Promise<string> {
    const [newest] = (await commands.call('xrevrange', key, '+', '-', 'COUNT', 1)) as Entry[];
    return newest?.[0] ?? '0-0';
  }

  return {
    async publish(change) {
      return (await commands.call('xadd', key, 'MAXLEN', '~', limit, '*', 'm', JSON.stringify(change))) as string;
    },

    async follow(onChange) {
      const from = await tail();
      return startReader(connect(), {
        key,
        from,
        batch: Math.min(BATCH, limit),
        onEntry: (entry) => onChange(decode(entry)),
        // A change says only that something may be stale. A pod that missed one reads the current state with its next request.
        onGap: () => undefined,
        onError,
      });
    },

    async after(position) {
      return ((await commands.call('xrange', key, `(${position}`, '+')) as Entry[]).map(decode);
    },

    tail,
  };
}
