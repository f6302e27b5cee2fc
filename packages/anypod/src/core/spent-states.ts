/** The single-use request states that have been used. */
export interface SpentStates {
  /**
   * Uses a state up, for `ttlMs`, which is until it expires. False: it was used before by another than `by`; the same call, repeated, may use
   * it again.
   */
  spend(state: string, by: string, ttlMs: number): Promise<boolean>;
}
