/** Ends streams and connections that have become old. Their clients connect again and spread over the pods that were started later. */
export interface AgeLimit {
  /** Calls `end` when the thing that begins now has become old, never earlier. The returned function stops the watch. */
  watch(end: () => void): () => void;
}
