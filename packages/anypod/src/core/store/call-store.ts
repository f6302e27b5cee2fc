/** One run of a call, and the pod that runs it. */
export interface CallRun {
  /** Unguessable and new for each run. Only the pod that has it can end the run. */
  readonly run: string;
  readonly pod: string;
}

/** The result of `begin`. */
export type CallState =
  /** The caller runs the call. */
  | { readonly kind: 'begun' }
  /**
   * Another run of the call goes on. The caller's pod is now among those that wait. `runs` counts how often the call was begun, take-overs included.
   */
  | { readonly kind: 'running'; readonly run: string; readonly pod: string; readonly runs: number }
  | { readonly kind: 'done'; readonly response: string }
  /** The call was made before with other arguments. */
  | { readonly kind: 'other-arguments' };

/** The result of `release`. `waiting` lists the pods to wake. */
export interface Released {
  readonly released: boolean;
  readonly waiting: readonly string[];
}

/**
 * Calls that must run once, whichever pods a client's repeats reach. Each has an unguessable key. Every method is one atomic step: if several pods
 * begin or take over a call, one of them wins. A method that names a run other than the record's current one changes nothing.
 */
export interface CallStore {
  /**
   * Begins a call, or joins one that exists. `fingerprint` identifies its arguments. Joining notes `by.pod` in the same atomic step, so the call
   * cannot end in between without waking that pod. A call that is not renewed is forgotten after `keepMs`.
   */
  begin(call: string, by: CallRun, fingerprint: string, keepMs: number): Promise<CallState>;
  /** Keeps a running call for `keepMs` more. */
  renew(call: string, run: string, keepMs: number): Promise<void>;
  /**
   * Stores the response for `keepMs` and returns the pods to wake. Undefined: the call belongs to another run now. Safe to repeat. Also stores the
   * response of a call that was forgotten in the meantime.
   */
  complete(
    call: string,
    run: string,
    fingerprint: string,
    response: string,
    keepMs: number,
  ): Promise<readonly string[] | undefined>;
  /** Forgets a running call. With `unlessAwaited`, only if no pod waits for it. Undefined: the call has ended, or it belongs to another run. */
  release(call: string, run: string, unlessAwaited: boolean): Promise<Released | undefined>;
  /** Replaces the run `lost` by `by`. False: another pod was faster, or the call has ended. */
  takeOver(call: string, lost: string, by: CallRun, keepMs: number): Promise<boolean>;
  /** Notes that nobody on `pod` waits for the call any more. */
  leave(call: string, pod: string): Promise<void>;
}
