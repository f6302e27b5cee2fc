import { isUnreadable, type Sealer } from '../../core/sealer.ts';
import type { Inbox, InboxMessage } from '../../core/store/inbox.ts';
import type { RedisConnection } from '../client/client.ts';
import type { Commands } from '../client/commands.ts';
import { type Entry, fieldOf } from '../client/entries.ts';
import { startReader } from '../client/reader.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

/** How long an inbox stays if its pod does not renew it, in ms. */
export const INBOX_KEEP_MS = 60_000;

/** Unread messages kept, about. */
const LIMIT = 10_000;
const BATCH = 500;
/** How many messages are read before they are removed. */
const TRIM_EVERY = 100;

/** `data` is a field beside the envelope, since it is JSON already. It is sealed for its envelope. */
function encode(sealer: Sealer, key: string, message: InboxMessage): string[] {
  const { data, ...envelope } = 'data' in message ? message : { ...message, data: undefined };
  const sealed = sealer.seal(key, 'm', JSON.stringify(envelope));
  return data === undefined ? ['m', sealed] : ['m', sealed, 'd', sealer.seal(key, sealed, data)];
}

function decode(sealer: Sealer, key: string, entry: Entry): InboxMessage {
  const sealed = fieldOf(entry, 'm') ?? '{}';
  const envelope = JSON.parse(sealer.open(key, 'm', sealed)) as InboxMessage;
  const data = fieldOf(entry, 'd');
  return data === undefined ? envelope : ({ ...envelope, data: sealer.open(key, sealed, data) } as InboxMessage);
}

/**
 * A pod's inbox is a Redis Stream that only its own pod creates. Senders use `NOMKSTREAM`, so a message to a pod that is gone leaves no key.
 * `connect` opens the connection for blocking reads.
 */
export function createRedisInbox(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  connect: () => RedisConnection,
  onError: (error: unknown) => void,
): Inbox {
  const open = async (on: Commands, key: string) => (await on.run(scripts.openInbox, [key], INBOX_KEEP_MS)) as string;

  return {
    async send(pod, message) {
      const key = keys.inbox(pod);
      await commands.call('xadd', key, 'NOMKSTREAM', 'MAXLEN', '~', LIMIT, '*', ...encode(sealer, key, message));
    },

    async listen(pod, onMessage, onGap) {
      const key = keys.inbox(pod);
      // In this order a server that takes over in between counts as another one, so the gap is told.
      const [server, from] = await Promise.all([commands.run(scripts.serverId, [key]), open(commands, key)]);
      let read = 0;

      return startReader(connect(), {
        key,
        from,
        server: typeof server === 'string' ? server : undefined,
        batch: BATCH,
        onEntry(entry) {
          let message: InboxMessage;
          try {
            message = decode(sealer, key, entry);
          } catch (error) {
            if (!isUnreadable(error)) throw error;
            // A message that cannot be read is like one that was missed.
            onError(error);
            return onGap();
          }
          onMessage(message);
        },
        onGap,
        onError,
        async onRead(own, position, count) {
          read += count;
          if (read < TRIM_EVERY) return;
          read = 0;
          // The last entry that was read stays. It proves that no entry after it was trimmed.
          await own.call('xtrim', key, 'MINID', position);
        },
        async onQuiet(own) {
          if ((await own.call('exists', key)) === 1) return undefined;
          const position = await open(own, key);
          onGap();
          return position;
        },
      });
    },
  };
}
