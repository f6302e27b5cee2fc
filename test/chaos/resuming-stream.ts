import { setTimeout as delay } from 'node:timers/promises';
import { readEvents } from '../cluster/sse.ts';
import { type Message, parse } from '../cluster/wire.ts';

export interface ResumingOptions {
  /** GET, with `Last-Event-ID` where one is known. */
  readonly reopen: (lastEventId?: string) => Promise<Response>;
  /** Called with the id of every message; the same one twice is a fault. */
  readonly onEventId?: (id: string) => void;
  /** A standing stream is opened again even where it never gave an id. Default false. */
  readonly standing?: boolean;
  /** False: never comes back, as clients without the feature. Default true. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
}

/** Ends a stream that its client has given up. */
export class StreamLost extends Error {
  override readonly name = 'StreamLost';
}

/** The official clients' delays where the server gives none: the first attempt, and the last. */
const DELAYS_MS = [1000, 1500];

/**
 * The messages of a stream across broken connections, by the official clients' rules: it comes back with the last event id after 1.0 s,
 * once more 1.5 s later (`retry:` replaces both), and then never; anything but 2xx uses an attempt up. Without an id there is no way back.
 * Leave the loop at the response; throws `StreamLost` where the stream ends before.
 */
export async function* resumingStream(first: Response, options: ResumingOptions): AsyncGenerator<Message, void> {
  const place: Place = {};
  for (let response = first; ; response = await comeBack(options, place)) {
    yield* readOn(response, place, options.onEventId);
    if (options.signal?.aborted) return;
    if (options.resume === false) throw new StreamLost('the connection broke, and this client does not resume');
    if (place.lastEventId === undefined && options.standing !== true) {
      throw new StreamLost('the connection broke without an id');
    }
  }
}

/** Where a client is in a stream. */
interface Place {
  lastEventId?: string;
  retryMs?: number;
}

/** The messages of one connection; that it broke, and how, is the same as that it ended. */
async function* readOn(response: Response, place: Place, onEventId?: (id: string) => void): AsyncGenerator<Message> {
  const events = readEvents(response);
  try {
    for (;;) {
      const step = await events.next().catch(() => undefined);
      if (step === undefined || step.done === true) return;
      const { id, retry, data } = step.value;
      if (id !== undefined) place.lastEventId = id;
      if (retry !== undefined) place.retryMs = retry;
      if (data === '') continue;
      if (id !== undefined) onEventId?.(id);
      yield parse(step.value);
    }
  } finally {
    await events.return().catch(() => {});
  }
}

async function comeBack({ reopen, signal }: ResumingOptions, { lastEventId, retryMs }: Place): Promise<Response> {
  const refusals: string[] = [];
  for (const delayMs of DELAYS_MS) {
    await delay(retryMs ?? delayMs, undefined, signal === undefined ? {} : { signal });
    try {
      const response = await reopen(lastEventId);
      if (response.ok) return response;
      refusals.push(`${response.status} ${await response.text()}`);
    } catch (error) {
      refusals.push(String(error));
    }
  }
  throw new StreamLost(`gave up at ${lastEventId}: ${refusals.join('; ')}`);
}
