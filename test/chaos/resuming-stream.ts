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
  let response = first;
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  for (;;) {
    try {
      for await (const event of readEvents(response)) {
        lastEventId = event.id ?? lastEventId;
        retryMs = event.retry ?? retryMs;
        if (event.data === '') continue;
        if (event.id !== undefined) options.onEventId?.(event.id);
        yield parse(event);
      }
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
    }
    if (options.signal?.aborted) return;
    if (options.resume === false) throw new StreamLost('the connection broke, and this client does not resume');
    if (lastEventId === undefined && options.standing !== true) throw new StreamLost('the connection broke without an id');
    response = await comeBack(options, lastEventId, retryMs);
  }
}

async function comeBack({ reopen, signal }: ResumingOptions, lastEventId: string | undefined, retryMs?: number) {
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
