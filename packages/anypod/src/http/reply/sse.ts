import { onOneLine } from '../../core/json/one-line.ts';
import type { SseEvent } from '../../core/reply.ts';

/** Headers that tell proxies not to buffer or change the events. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** A comment that keeps idle connections open. Clients ignore it. */
export const HEARTBEAT = ': keep-alive\n\n';

/** The wire form of one event (WHATWG HTML §9.2.6). `data` is serialised JSON or a URL, so it contains no line break. */
export function formatEvent({ event = 'message', id, retry, data }: SseEvent): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${retry === undefined ? '' : `retry: ${retry}\n`}`;
  return data === '' ? `${head}data: \n\n` : `${head}event: ${event}\ndata: ${onOneLine(data)}\n\n`;
}

/** Sets how long the client waits before it reconnects. This is not an event. */
export function formatRetry(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}
