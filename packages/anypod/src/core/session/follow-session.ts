import type { FollowOptions, Observed } from '../store/inspection.ts';

/** The name under which an observer sees a session's standing stream. */
export const STANDING = 'standing';

/** The logs of sessions, as an observer reads them. */
export interface SessionLogs {
  has(id: string): Promise<boolean>;
  /** The streams of the session's calls. */
  streams(id: string): Promise<readonly string[]>;
  /** Some of the messages after `position`. `complete`: there are no others yet. */
  after(
    id: string,
    stream: string,
    position: string,
  ): Promise<{ readonly messages: readonly Observed[]; readonly complete: boolean }>;
  /** Waits until it is worth while to look again, or `signal` aborts. Does not reject. */
  pause(signal: AbortSignal): Promise<void>;
}

const BEGINNING = '0-0';

/** Yields the messages of a session's logs, as `StoreInspection.follow` promises. */
export async function* followSession(
  logs: SessionLogs,
  id: string,
  { once, signal }: FollowOptions,
): AsyncGenerator<Observed, void> {
  const read = new Map<string, string>();
  while (!signal.aborted) {
    const streams = [STANDING, ...(await logs.streams(id))];
    for (const stream of read.keys()) if (!streams.includes(stream)) read.delete(stream);
    let isBehind = false;
    for (const stream of streams) {
      const { messages, complete } = await logs.after(id, stream, read.get(stream) ?? BEGINNING);
      isBehind ||= !complete;
      read.set(stream, messages.at(-1)?.position ?? read.get(stream) ?? BEGINNING);
      yield* messages;
    }
    if (isBehind) continue;
    if (once || !(await logs.has(id))) return;
    await logs.pause(signal);
  }
}

const utf8 = new TextEncoder();

/** A message as an observer sees it. */
export function observed(stream: string, position: string, data: string): Observed {
  return { stream, position, what: kindOf(data), bytes: utf8.encode(data).length, data };
}

function kindOf(data: string): string {
  try {
    const { method, error } = JSON.parse(data) as { method?: string; error?: unknown };
    return method ?? (error === undefined ? 'result' : 'error');
  } catch {
    return 'unreadable';
  }
}
