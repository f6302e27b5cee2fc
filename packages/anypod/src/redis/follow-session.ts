import { setTimeout as delay } from 'node:timers/promises';
import type { Commands } from './commands.ts';
import { type Entry, fieldOf } from './entries.ts';
import type { Keys } from './keys.ts';

/** A message of a session, as an observer sees it. */
export interface Observed {
  /** `standing`, or the name of a call's stream. */
  readonly stream: string;
  readonly position: string;
  /** The method of a request or notification, `result` or `error`. */
  readonly what: string;
  readonly bytes: number;
  /** The message itself, a JSON text. */
  readonly data: string;
}

/** How often the logs are read, ms, and how many entries of one at a time. */
const EVERY_MS = 500;
const BATCH = 100;

/**
 * Yields the messages of a session's logs, those that are there first, then new ones until the session ends or `signal` aborts. With `once` only those that
 * are there. It only reads, so no client misses anything.
 */
export async function* followSession(
  commands: Commands,
  keys: Keys,
  id: string,
  { once, signal }: { readonly once: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Observed, void> {
  const read = new Map<string, string>();
  while (!signal.aborted) {
    const streams = ['standing', ...((await commands.call('zrange', keys.streams(id), 0, -1)) as string[])];
    for (const stream of read.keys()) if (!streams.includes(stream)) read.delete(stream);
    let isBehind = false;
    for (const stream of streams) {
      const entries = await entriesAfter(commands, keys, id, stream, read.get(stream) ?? '0-0');
      isBehind ||= entries.length === BATCH;
      read.set(stream, entries.at(-1)?.[0] ?? read.get(stream) ?? '0-0');
      yield* entries.map((entry) => observed(stream, entry));
    }
    if (isBehind) continue;
    if (once || (await commands.call('exists', keys.session(id))) === 0) return;
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function entriesAfter(commands: Commands, keys: Keys, id: string, stream: string, after: string) {
  const key = stream === 'standing' ? keys.standing(id) : keys.stream(id, stream);
  return (await commands.call('xrange', key, `(${after}`, '+', 'COUNT', BATCH)) as Entry[];
}

function observed(stream: string, entry: Entry): Observed {
  const data = fieldOf(entry, 'd') ?? '';
  return { stream, position: entry[0], what: kindOf(data), bytes: Buffer.byteLength(data), data };
}

function kindOf(data: string): string {
  try {
    const { method, error } = JSON.parse(data) as { method?: string; error?: unknown };
    return method ?? (error === undefined ? 'result' : 'error');
  } catch {
    return 'unreadable';
  }
}
