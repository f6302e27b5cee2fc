import { setTimeout as delay } from 'node:timers/promises';
import { type Entry, fieldOf } from './entries.ts';
import type { Looking } from './inspect-sessions.ts';

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
  looking: Looking,
  id: string,
  { once, signal }: { readonly once: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Observed, void> {
  const { commands, keys } = looking;
  const read = new Map<string, string>();
  while (!signal.aborted) {
    const streams = ['standing', ...((await commands.call('zrange', keys.streams(id), 0, -1)) as string[])];
    for (const stream of read.keys()) if (!streams.includes(stream)) read.delete(stream);
    let isBehind = false;
    for (const stream of streams) {
      const entries = await entriesAfter(looking, id, stream, read.get(stream) ?? '0-0');
      isBehind ||= entries.length === BATCH;
      read.set(stream, entries.at(-1)?.[0] ?? read.get(stream) ?? '0-0');
      yield* entries.map((entry) => observe(looking, id, stream, entry));
    }
    if (isBehind) continue;
    if (once || (await commands.call('exists', keys.session(id))) === 0) return;
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function entriesAfter({ commands, keys }: Looking, id: string, stream: string, after: string) {
  const key = stream === 'standing' ? keys.standing(id) : keys.stream(id, stream);
  return (await commands.call('xrange', key, `(${after}`, '+', 'COUNT', BATCH)) as Entry[];
}

/** Opens an entry of a session's log. */
export function observe({ keys, sealer }: Looking, id: string, stream: string, entry: Entry): Observed {
  const sealed = fieldOf(entry, 'd') ?? '';
  const data =
    stream === 'standing'
      ? sealer.open(keys.standing(id), fieldOf(entry, 't') ?? '', sealed)
      : sealer.open(keys.stream(id, stream), Number.parseInt(entry[0], 10), sealed);
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
