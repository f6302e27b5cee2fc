const MOST_BYTES = 128 * 1024 * 1024;
const SHARE_OF_HEAP = 4;

/**
 * The default heap for the servers of idle sessions (bytes): a quarter of `heapLimit` (bytes), at most 128 MiB. The rest is for sessions in use,
 * running calls and their streams, which this budget does not limit. In a small container 128 MiB would be the whole heap.
 */
export function cacheBudget(heapLimit: number): number {
  return Math.min(MOST_BYTES, Math.floor(heapLimit / SHARE_OF_HEAP));
}
