/** How far a task is. `waiting`: for answers of its client. `ended` and `cancelled` never change. */
export type TaskPhase = 'queued' | 'running' | 'waiting' | 'ended' | 'cancelled';

/** How a tool call ended: with a result, with a result that says `isError`, or with a JSON-RPC error. */
export interface TaskOutcome {
  readonly kind: 'result' | 'tool_error' | 'error';
  /** JSON of the result or of the error. */
  readonly json: string;
}

/** The caller's verified claims, without the token. */
export type TaskClaims = Readonly<Record<string, unknown>>;

/** A tool call as it is stored when its task begins. It never changes. */
export interface TaskCall {
  /** The tool's name. */
  readonly tool: string;
  /** The params of the client's `tools/call`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The headers that mirror the params (`mcp-*`). */
  readonly headers: Readonly<Record<string, string>>;
  /** Who may see the task. Callers of other owners get the answer for an unknown id. */
  readonly owner: string;
  /** The session that began it. Absent: a call of 2026-07-28. */
  readonly session?: string;
  readonly claims?: TaskClaims;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** How long the task is kept after it was created, in ms. */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  /** Whether it may run again if its pod is lost. */
  readonly rerunnable: boolean;
  /** Whether it may run only while the caller's token is valid. */
  readonly freshAuth: boolean;
  /** The hash of its arguments, if its client may repeat it under a key. */
  readonly fingerprint?: string;
  /** Where the call is in its trace. Absent: nobody records it. */
  readonly trace?: string;
}

/** What is known of a task without its result. */
export interface TaskSummary {
  readonly id: string;
  readonly call: TaskCall;
  readonly phase: TaskPhase;
  /** Undefined: it has not ended. */
  readonly kind?: TaskOutcome['kind'];
  /** What the task says about itself. */
  readonly message?: string;
  /** The pod that runs it, or on which its handler waits for an answer. */
  readonly pod?: string;
  /** The fencing token of its present run. A write with an older one stores nothing. */
  readonly run: number;
  /** How often its pod was lost. */
  readonly losses: number;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly updatedAt: number;
}

/** A task with everything that is stored of it. */
export interface Task extends TaskSummary {
  readonly outcome?: TaskOutcome;
  /** The questions that wait for an answer: JSON of the requests, by key. A key is never used again. */
  readonly questions: Readonly<Record<string, string>>;
  /** JSON of the answers to the last questions, by key. The next run gets them. */
  readonly answers: Readonly<Record<string, string>>;
  /** The request state that the next run gets. */
  readonly state?: string;
  /** The pods on which requests wait for a change. */
  readonly watching: readonly string[];
}

/** Whether a task has ended, for whatever reason. */
export function isOver({ phase }: Pick<TaskSummary, 'phase'>): boolean {
  return phase === 'ended' || phase === 'cancelled';
}
