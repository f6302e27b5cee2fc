/** One run of a call, and the pod that runs it. */
export interface CallRun {
  /** Unguessable and new for each run: only who holds it can end the run. */
  readonly run: string;
  readonly pod: string;
}

/** What became of a wish to run a call. */
export type CallState =
  /** It is the caller's to run. */
  | { readonly kind: 'begun' }
  /** It runs elsewhere; the caller's pod is noted among those that wait. `runs`: how often it was begun, take-overs included. */
  | { readonly kind: 'running'; readonly run: string; readonly pod: string; readonly runs: number }
  | { readonly kind: 'done'; readonly response: string }
  /** The call was made before with other arguments. */
  | { readonly kind: 'other-arguments' };

/** What became of a wish to let a run go. `waiting`: the pods to wake. */
export interface Released {
  readonly released: boolean;
  readonly waiting: readonly string[];
}

/**
 * Calls that are to run once, each under an unguessable key, whichever pods its repeats reach. Every verb is one atomic step, so of
 * several pods that begin or take over one call, one wins. A run that is not the record's own any more changes nothing.
 */
export interface CallStore {
  /**
   * Begins a call, or joins it. `fingerprint` names its arguments. Where it joins, `by.pod` is noted in the same step, so a call cannot end
   * between the two without waking it. A call that is not renewed is forgotten after `keepMs`.
   */
  begin(call: string, by: CallRun, fingerprint: string, keepMs: number): Promise<CallState>;
  /** Keeps a running call for `keepMs` more. */
  renew(call: string, run: string, keepMs: number): Promise<void>;
  /**
   * Stores the response for `keepMs` and gives the pods to wake; undefined: it is another's run now. May be repeated. A call that was
   * forgotten meanwhile is stored all the same.
   */
  complete(
    call: string,
    run: string,
    fingerprint: string,
    response: string,
    keepMs: number,
  ): Promise<readonly string[] | undefined>;
  /** Forgets a running call, with `unlessAwaited` only where no pod waits for it; undefined: it is done, or another's run. */
  release(call: string, run: string, unlessAwaited: boolean): Promise<Released | undefined>;
  /** Puts `by` in the place of the run `lost`; false: somebody was faster, or it has ended. */
  takeOver(call: string, lost: string, by: CallRun, keepMs: number): Promise<boolean>;
  /** Nobody on `pod` waits for the call any more. */
  leave(call: string, pod: string): Promise<void>;
}
