import type { SseEvent } from '../core/reply.ts';

/** Nothing on the way may hold events back or change them. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** A comment that keeps idle connections open on their way; clients ignore it. */
export const HEARTBEAT = ': keep-alive\n\n';

const LINE_SEPARATORS = /[\u0085\u2028\u2029]/g;

/**
 * JSON in which no line ends for anybody: what Unicode calls a line or paragraph separator is escaped, since some clients split lines there too. In
 * JSON they stand only in strings. Nearly no text has one, and to look for a character costs less than to match a pattern.
 */
function onOneLine(json: string): string {
  if (!json.includes('\u2028') && !json.includes('\u2029') && !json.includes('\u0085')) return json;
  return json.replace(LINE_SEPARATORS, (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The wire form of one event (WHATWG HTML §9.2.6). `data` is serialised JSON, so it holds no line break. */
export function formatEvent({ id, retry, data }: SseEvent): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${retry === undefined ? '' : `retry: ${retry}\n`}`;
  return data === '' ? `${head}data: \n\n` : `${head}event: message\ndata: ${onOneLine(data)}\n\n`;
}

/** Sets how long the client waits before it reconnects, without being an event. */
export function formatRetry(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}
