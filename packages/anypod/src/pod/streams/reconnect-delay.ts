/** How long a client waits before it reconnects, in ms: a random part of the usual time, so that clients do not all come at once. */
export function reconnectDelay(retryMs: number): number {
  return Math.round(retryMs * (0.1 + 0.9 * Math.random()));
}

/** The longest wait for a replaced client, in ms, unless the usual wait is longer. */
const LONGEST_AFTER_REPLACED_MS = 30_000;

/**
 * How long a client waits before it reconnects, in ms, after another client's connection has replaced its own. The time grows with each replacement, so
 * that two clients that share a session do not replace each other all the time. `replaced`: how many connections have been replaced in a row.
 */
export function delayAfterReplaced(retryMs: number, replaced: number): number {
  return Math.min(retryMs * 2 ** Math.max(0, replaced - 1), Math.max(retryMs, LONGEST_AFTER_REPLACED_MS));
}
