import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AnypodError } from '../../core/errors.ts';
import type { FollowOptions, StoreInspection } from '../../core/store/inspection.ts';
import { formatEvent, HEARTBEAT, SSE_HEADERS } from '../../http/reply/sse.ts';

/** Clients give up a stream that says nothing for some minutes. */
const HEARTBEAT_MS = 15_000;

/**
 * Sends the messages of a session as an event stream, until the session ends or the client goes. With `contents` also what they say. A fault is the last
 * event, `{ "error": … }`.
 */
export async function sendMessages(
  response: ServerResponse,
  inspection: StoreInspection,
  id: string,
  { once, contents }: Required<Pick<FollowOptions, 'once' | 'contents'>>,
): Promise<void> {
  const stopping = new AbortController();
  response.once('close', () => stopping.abort());
  response.writeHead(200, SSE_HEADERS).flushHeaders();
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(HEARTBEAT);
  }, HEARTBEAT_MS);
  try {
    const events = eventsOf(inspection, id, { once, contents, signal: stopping.signal });
    await pipeline(Readable.from(events), response);
  } catch (error) {
    const clientHasGone = (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!clientHasGone) throw error;
  } finally {
    clearInterval(beat);
  }
}

async function* eventsOf(inspection: StoreInspection, id: string, options: FollowOptions) {
  try {
    for await (const { data, ...facts } of inspection.follow(id, options)) {
      yield formatEvent({ data: JSON.stringify(options.contents ? { ...facts, data } : facts) });
    }
  } catch (error) {
    if (!(error instanceof AnypodError)) throw error;
    yield formatEvent({ data: JSON.stringify({ error: error.message }) });
  }
}
