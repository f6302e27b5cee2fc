import { setTimeout as sleep } from 'node:timers/promises';
import type { Listening } from '../core/inbox.ts';
import { comparePositions } from '../core/standing-log.ts';
import { BLOCK_MS, type RedisConnection } from './client.ts';
import { type Commands, createCommands } from './commands.ts';
import type { Entry } from './entries.ts';

const RETRY_MS = 250;

/** What a reader reads, and whom it tells. */
export interface Reading {
  readonly key: string;
  /** Everything after this position is delivered. */
  readonly from: string;
  /** Entries per read, in number; not more than the log keeps, else a gap could go unseen. */
  readonly batch: number;
  onEntry(entry: Entry): void;
  /** Entries may have been trimmed away before they were read. */
  onGap(): void;
  /** After each read that found entries. */
  onRead?(commands: Commands, position: string, count: number): Promise<void>;
  /** After each read that found none; answers a new position where the log had to be made anew. */
  onQuiet?(commands: Commands): Promise<string | undefined>;
  onError(error: unknown): void;
}

type Reply = [key: string, entries: Entry[]][] | null;

/**
 * Follows one log with blocking reads on a connection of its own. It keeps its position itself: after a lost connection it
 * reads on from there, so it misses only what was trimmed meanwhile, and that it notices.
 */
export function startReader(connection: RedisConnection, reading: Reading): Listening {
  const commands = createCommands(connection);
  const stopping = new AbortController();
  let position = reading.from;
  connection.on('error', reading.onError);

  /** The log is trimmed from its old end only: if an entry as old as ours is left, none after it is gone. */
  async function mayHaveMissed(): Promise<boolean> {
    const [oldest] = (await commands.call('xrange', reading.key, '-', '+', 'COUNT', 1)) as Entry[];
    return oldest === undefined || comparePositions(oldest[0], position) > 0;
  }

  async function readOnce(): Promise<void> {
    const args = ['COUNT', reading.batch, 'BLOCK', BLOCK_MS, 'STREAMS', reading.key, position];
    const reply = (await commands.call('xread', ...args)) as Reply;
    const entries = reply?.[0]?.[1] ?? [];
    if (entries.length === 0) {
      position = (await reading.onQuiet?.(commands)) ?? position;
      return;
    }
    // Less than a full batch means that fewer entries are left than the log keeps, so none of them was trimmed.
    if (entries.length === reading.batch && (await mayHaveMissed())) reading.onGap();
    for (const entry of entries) {
      if (stopping.signal.aborted) return;
      position = entry[0];
      reading.onEntry(entry);
    }
    await reading.onRead?.(commands, position, entries.length);
  }

  async function readOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await readOnce();
      } catch (error) {
        if (stopping.signal.aborted) return;
        reading.onError(error);
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  void readOn();
  return {
    // Nothing is delivered from here on. The loop is not waited for: a client that is between two connections may never
    // settle what it holds.
    async stop() {
      stopping.abort();
      connection.disconnect();
    },
  };
}
