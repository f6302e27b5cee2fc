/** The single-use request states that were used. */
export interface SpentStates {
  /**
   * Marks a state as used by `by` for `ttlMs`, until it expires. False: another caller used it before. The same call may
   * use it again when it is repeated.
   */
  spend(state: string, by: string, ttlMs: number): Promise<boolean>;
}
