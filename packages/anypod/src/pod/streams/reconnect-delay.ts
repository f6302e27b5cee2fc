/** A time to reconnect after, in ms, so that not all clients come at once: a random part of what they are usually told. */
export function reconnectDelay(retryMs: number): number {
  return Math.round(retryMs * (0.1 + 0.9 * Math.random()));
}
