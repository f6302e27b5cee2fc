/** One numbered event, as a client saw it. */
export interface Seen {
  readonly number: number;
  /** The process that made it. */
  readonly run: string;
  /** ms, as `performance.now()`. */
  readonly at: number;
}

/** Why a call failed. */
export type FailureKind =
  /** JSON-RPC -32603 with `data.reason: 'pod_lost'`: the honest end of a call that was running on a lost pod. */
  | 'pod_lost'
  /** JSON-RPC -32603 with `data.reason: 'draining'`: a modern call that was still running when its pod had to go. */
  | 'draining'
  /** HTTP 503 with a JSON-RPC error: the store cannot be reached. */
  | 'refused'
  /** The connection broke before the client had an event id to come back with. */
  | 'cut'
  /** Nothing came within the client's time limit. */
  | 'hung'
  /** Anything else. */
  | 'wrong';

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

/** One call of a tool, from the client's side. */
export interface CallRecord {
  readonly client: string;
  readonly tool: string;
  /** How many numbered events belong to it. */
  readonly steps: number;
  /** The tool may be run again when its pod is lost. */
  readonly rerunnable: boolean;
  /** Names the call's side effect, where it has one. */
  readonly effect?: string;
  readonly startedAt: number;
  endedAt: number;
  readonly seen: Seen[];
  failure?: Failure;
}

/** One session's standing stream: what was sent into it and what came out. */
export interface StandingRecord {
  readonly client: string;
  /** The numbers whose sending was confirmed. */
  readonly sent: number[];
  readonly seen: Seen[];
}

/** A session that was opened before the fault, and whether it is there after it. */
export interface SessionRecord {
  readonly client: string;
  readonly kept: boolean;
}

/** Everything that a load saw. */
export interface Records {
  readonly calls: CallRecord[];
  readonly standing: StandingRecord[];
  readonly sessions: SessionRecord[];
  /** Event ids that a client was given twice with a message. */
  readonly repeatedIds: string[];
}

export function emptyRecords(): Records {
  return { calls: [], standing: [], sessions: [], repeatedIds: [] };
}
