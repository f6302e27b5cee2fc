/** Ends what has become old, so that clients spread over pods that came later. */
export interface AgeLimit {
  /** Calls `end` once what begins at this moment is old, never before; returns how to forget it. */
  watch(end: () => void): () => void;
}
