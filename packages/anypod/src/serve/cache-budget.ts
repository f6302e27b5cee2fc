const MOST_BYTES = 128 * 1024 * 1024;
const SHARE_OF_HEAP = 4;

/**
 * Heap for the servers of idle sessions where none is set (bytes): a quarter of `heapLimit` (bytes), 128 MiB at most. The rest is for sessions in
 * use, running calls and their streams, which are not bounded by it; in a small container 128 MiB would be all of the heap.
 */
export function cacheBudget(heapLimit: number): number {
  return Math.min(MOST_BYTES, Math.floor(heapLimit / SHARE_OF_HEAP));
}
