/** A time to reconnect after, in ms, so that not all clients come at once: a random part of what they are usually told. */
export function reconnectDelay(retryMs: number): number {
  return Math.round(retryMs * (0.1 + 0.9 * Math.random()));
}

/** How long clients may be told to wait at most after they were replaced, in ms, where they are not usually told more. */
const LONGEST_AFTER_REPLACED_MS = 30_000;

/**
 * A time to reconnect after, in ms, for a client whose connection was replaced by another client's, which will be replaced in turn: longer each time, so that
 * two that share a session do not push each other out all the time. `replaced`: how many connections have been replaced in a row.
 */
export function delayAfterReplaced(retryMs: number, replaced: number): number {
  return Math.min(retryMs * 2 ** Math.max(0, replaced - 1), Math.max(retryMs, LONGEST_AFTER_REPLACED_MS));
}
