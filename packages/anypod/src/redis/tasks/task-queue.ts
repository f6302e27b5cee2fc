import { setTimeout as sleep } from 'node:timers/promises';
import type { Listening } from '../../core/store/inbox.ts';
import { BLOCK_MS, type RedisConnection } from '../client/client.ts';
import { createCommands } from '../client/commands.ts';
import { type Entry, fieldOf } from '../client/entries.ts';
import * as scripts from '../scripts.generated.ts';

/** The one group of the queue's readers. Each entry goes to one of them. */
export const GROUP = 'pods';

const RETRY_MS = 250;

type Reply = [key: string, entries: Entry[]][] | null;

/** Who reads the queue, and what it does with the entries. */
export interface QueueReading {
  readonly key: string;
  readonly pod: string;
  /** Resolves when there is room, with how many entries may come. */
  room(signal: AbortSignal): Promise<number>;
  /** Claims the task of an entry. */
  onEntry(entry: string, task: string): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Reads a queue for one pod with blocking reads on a separate connection. Redis notes which pod it gave an entry to. So if a reply is lost with its
 * connection, this reads the entries again (`XREADGROUP` with an id instead of `>`).
 */
export async function startQueueReader(connection: RedisConnection, reading: QueueReading): Promise<Listening> {
  const { key, pod, room, onEntry, onError } = reading;
  const commands = createCommands(connection);
  const stopping = new AbortController();
  let mayHaveLost = true;
  connection.on('error', onError);
  for (const event of ['ready', 'refresh'] as const) {
    connection.on(event, () => {
      mayHaveLost = true;
    });
  }

  /** Claims the task of an entry. If a reply is lost, only this entry can tell that the task is this pod's, so it is claimed until there is a reply. */
  async function claim(entry: Entry): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        return await onEntry(entry[0], fieldOf(entry, 't') ?? '');
      } catch (error) {
        mayHaveLost = true;
        onError(error);
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  async function take(from: string, ...wait: (string | number)[]): Promise<number> {
    const count = await room(stopping.signal);
    if (stopping.signal.aborted) return 0;
    const args = ['GROUP', GROUP, pod, 'COUNT', count, ...wait, 'STREAMS', key, from];
    const reply = (await commands.call('xreadgroup', ...args)) as Reply;
    const entries = reply?.[0]?.[1] ?? [];
    for (const entry of entries) {
      // An entry that is not claimed goes back to the queue when the pod is gone.
      if (stopping.signal.aborted) return 0;
      await claim(entry);
    }
    return entries.length;
  }

  async function readOnce(): Promise<void> {
    if (mayHaveLost) {
      await commands.run(scripts.openQueue, [key], GROUP);
      mayHaveLost = false;
      while ((await take('0')) > 0);
    }
    await take('>', 'BLOCK', BLOCK_MS);
  }

  async function readOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await readOnce();
      } catch (error) {
        mayHaveLost = true;
        if (stopping.signal.aborted) return;
        onError(error);
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  await commands.run(scripts.openQueue, [key], GROUP);
  void readOn();
  return {
    async stop() {
      stopping.abort();
      connection.disconnect();
    },
  };
}
