import { readEvents } from '../probe/sse.ts';
import { type Finding, fault, unknown, WATCH_LONGER, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

/** What happened on a stream that was only watched. Times are in ms since the request. */
export interface Watched {
  /** Undefined: no head of an answer came. */
  readonly status?: number;
  readonly isStream: boolean;
  readonly headMs: number;
  /** The id of its first event. */
  readonly firstId?: string;
  /** When comments came. */
  readonly comments: readonly number[];
  /** When the other side ended it. */
  readonly endedMs?: number;
  /** How long it was watched. */
  readonly watchedMs: number;
}

/** What is kept of a stream, however much comes. */
const MOST_TEXT = 64 * 1024;
const MOST_COMMENTS = 1000;

/** Opens the standing stream of the session and watches it for `watchMs`. */
export async function watchStanding(visit: Visit, watchMs: number): Promise<Watched> {
  const begun = performance.now();
  const since = () => Math.round(performance.now() - begun);
  const none = { isStream: false, headMs: 0, comments: [] };
  const answer = await visit.listen().catch(() => undefined);
  if (answer === undefined) return { ...none, watchedMs: since() };
  const head = { status: answer.status, isStream: answer.isStream, headMs: since() };
  if (!answer.isStream) {
    answer.cut();
    return { ...none, ...head, watchedMs: since() };
  }
  // A timer may fire a moment early, so the clock does not tell who ended the stream.
  let isOurs = false;
  const timer = setTimeout(() => {
    isOurs = true;
    answer.cut();
  }, watchMs);
  const comments: number[] = [];
  let text = '';
  try {
    for await (const chunk of answer.chunks) {
      if (text.length < MOST_TEXT) text += chunk;
      if (comments.length < MOST_COMMENTS && /^:/m.test(chunk)) comments.push(since());
    }
  } catch {
    // The connection was cut, here or there.
  }
  clearTimeout(timer);
  const watchedMs = since();
  const firstId = await firstIdIn(text);
  const ended = isOurs ? {} : { endedMs: watchedMs };
  return { ...head, ...ended, comments, watchedMs, ...(firstId === undefined ? {} : { firstId }) };
}

async function firstIdIn(text: string): Promise<string | undefined> {
  async function* once() {
    yield text;
  }
  for await (const { id } of readEvents(once())) if (id !== undefined) return id;
  return undefined;
}

/** A stream that is idle for so long has outlived most timeouts. */
const LONG_MS = 60_000;
const BUFFERED =
  'Something between client and server holds the stream back. Turn off response buffering there (nginx: proxy_buffering off).';

/** Whether a stream opens at once. */
export function judgeOpening({ status, isStream, headMs, watchedMs }: Watched): Finding {
  if (status === undefined) return fault(`the head of a stream did not come within ${watchedMs} ms`, BUFFERED);
  if (status === 405) return unknown('405: the server offers no standing stream');
  if (!isStream) return warning(`GET was answered by ${status}`, 'Answer with a stream, or with 405 if there is none.');
  return well(`open after ${headMs} ms`);
}

/** Whether the server says something on an idle stream. */
export function judgeHeartbeats({ isStream, comments, watchedMs }: Watched): Finding {
  if (!isStream) return unknown('there was no stream to watch');
  if (comments.length > 0)
    return well(`the first comment after ${comments[0]} ms; ${comments.length} in ${watchedMs} ms`);
  return warning(
    `nothing in ${watchedMs} ms`,
    `Send a comment every 15 s or so: every proxy and NAT ends connections that are silent. ${WATCH_LONGER}`,
  );
}

/** Whether something ends an idle stream. */
export function judgeIdle({ isStream, endedMs, watchedMs, comments }: Watched): Finding {
  if (!isStream) return unknown('there was no stream to watch');
  if (endedMs === undefined) {
    // With heartbeats a stream is not idle.
    const isUncertain = comments.length === 0 && watchedMs < LONG_MS;
    return well(`the stream was still open after ${watchedMs} ms (--watch)`, isUncertain ? WATCH_LONGER : undefined);
  }
  return warning(
    `the stream was ended after ${endedMs} ms`,
    'Find the idle timeout or age limit that ends it, and keep it above the heartbeat.',
  );
}
