import { setTimeout as sleep } from 'node:timers/promises';
import type { Listening } from '../../core/store/inbox.ts';
import { comparePositions } from '../../core/store/standing-log.ts';
import * as scripts from '../scripts.generated.ts';
import { BLOCK_MS, type RedisConnection } from './client.ts';
import { type Commands, createCommands } from './commands.ts';
import type { Entry } from './entries.ts';

/** The first wait after a failure. It doubles up to the longest one while reads fail. */
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;

/** What a reader reads, and whom it tells. */
export interface Reading {
  readonly key: string;
  /** The reader delivers every entry after this position. */
  readonly from: string;
  /** The server that `from` comes from, as `server-id` names it. Undefined: not known, or nobody must be told of a gap. */
  readonly server?: string | undefined;
  /** How many entries one read takes. It must not exceed what the log keeps, else a gap could go unnoticed. */
  readonly batch: number;
  onEntry(entry: Entry): void;
  /** Entries that were never read may be gone: trimmed, or lost with the server that had them. */
  onGap(): void;
  /** After each read that found entries. */
  onRead?(commands: Commands, position: string, count: number): Promise<void>;
  /** After each read that found no entry. Returns a new position if the log had to be created again. */
  onQuiet?(commands: Commands): Promise<string | undefined>;
  onError(error: unknown): void;
}

type Reply = [key: string, entries: Entry[]][] | null;

/**
 * Follows one log with blocking reads on a separate connection. The reader keeps its position itself. After a lost connection it continues from
 * there, so it misses only entries that were trimmed in the meantime, or that the new server did not get before it took over. It notices both.
 */
export function startReader(connection: RedisConnection, reading: Reading): Listening {
  const commands = createCommands(connection);
  const stopping = new AbortController();
  let position = reading.from;
  let server: unknown = reading.server;
  let hasLooked = false;
  let isNewConnection = true;
  connection.on('error', reading.onError);
  // A Cluster client emits `refresh` when its nodes may have changed, a single client emits `ready` when it has connected again.
  for (const event of ['ready', 'refresh'] as const) {
    connection.on(event, () => {
      // The first look at the server is what opens the first connection.
      if (hasLooked) isNewConnection = true;
    });
  }

  async function lookAfterLog(): Promise<void> {
    position = (await reading.onQuiet?.(commands)) ?? position;
  }

  /** Another server than before may lack the newest entries, since replication and fsync are asynchronous. */
  async function lookAtServer(): Promise<void> {
    const before = server;
    isNewConnection = false;
    try {
      server = await commands.run(scripts.serverId, [reading.key]);
      hasLooked = true;
    } catch (error) {
      isNewConnection = true;
      throw error;
    }
    // If the user may not run INFO, nobody names the server, so every new connection counts as one to another server.
    if (before === undefined || (server !== null && before === server)) return;
    const [newest] = (await commands.call('xrevrange', reading.key, '+', '-', 'COUNT', 1)) as Entry[];
    if (newest === undefined) return lookAfterLog();
    if (comparePositions(newest[0], position) < 0) position = newest[0];
    reading.onGap();
  }

  /** Trimming removes only the oldest entries. If an entry as old as our position is left, no entry after it is gone. */
  async function mayHaveMissed(): Promise<boolean> {
    const [oldest] = (await commands.call('xrange', reading.key, '-', '+', 'COUNT', 1)) as Entry[];
    return oldest === undefined || comparePositions(oldest[0], position) > 0;
  }

  async function nextEntries(): Promise<Entry[]> {
    const args = ['COUNT', reading.batch, 'BLOCK', BLOCK_MS, 'STREAMS', reading.key, position];
    const reply = (await commands.call('xread', ...args)) as Reply;
    return reply?.[0]?.[1] ?? [];
  }

  async function readOnce(): Promise<void> {
    if (isNewConnection) await lookAtServer();
    const entries = await nextEntries();
    if (entries.length === 0) {
      // If another server may answer now, the next round looks at the server and the log.
      if (!isNewConnection) await lookAfterLog();
      return;
    }
    // A batch that is not full means that fewer entries are left than the log keeps, so none of them was trimmed.
    if (entries.length === reading.batch && (await mayHaveMissed())) reading.onGap();
    for (const entry of entries) {
      if (stopping.signal.aborted) return;
      position = entry[0];
      reading.onEntry(entry);
    }
    await reading.onRead?.(commands, position, entries.length);
  }

  async function readOn(): Promise<void> {
    let retryMs = RETRY_MS;
    while (!stopping.signal.aborted) {
      try {
        await readOnce();
        retryMs = RETRY_MS;
      } catch (error) {
        if (stopping.signal.aborted) return;
        reading.onError(error);
        await sleep(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
      }
    }
  }

  void readOn();
  return {
    // Nothing is delivered from now on. Do not wait for the loop: a client that is between two connections may never settle its pending command.
    async stop() {
      stopping.abort();
      connection.disconnect();
    },
  };
}
