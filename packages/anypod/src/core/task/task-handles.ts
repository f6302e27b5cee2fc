import type { AuthInfo } from '../caller.ts';
import type { JsonValue } from '../json/json-value.ts';

/** How far a task is, as the server that began it sees it. `waiting`: for an answer of its client. `failed`: also a result that says `isError`. */
export type TaskState = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';

/** What is known of a task without its result. Times in ms. */
export interface TaskStatus {
  /** 22 characters. */
  readonly id: string;
  readonly tool: string;
  readonly state: TaskState;
  /** What the task says about itself: the last `report`, or the handler's progress. */
  readonly message?: string;
  /** When it was created, since the epoch. */
  readonly createdAt: number;
  /** How long it is kept after that. */
  readonly ttlMs: number;
}

/** A task with its end. */
export interface TaskDetails extends TaskStatus {
  /** The result of the tool, once it has one. It may say `isError`. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** The JSON-RPC error with which the call ended, such as one of reason `pod_lost`. */
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface StartTaskOptions {
  /** How long the task and its result are kept, ms. Default: the `ttlMs` of the tool. At most 7 days. */
  readonly ttlMs?: number;
  /**
   * Names the task among those of its principal and, if that is absent, of its session; 1 to 256 characters. A second `start` with the same tool and key begins
   * nothing, and resolves with the first task as long as that is kept. Use it where the code that starts the task may itself run twice. For callers with neither
   * a principal nor a session, it should be a secret of the caller: whoever uses the same key gets the task.
   */
  readonly key?: string;
  /**
   * The verified authentication of the present call (`ctx.http.authInfo`, in SDK v1 `extra.authInfo`), whose claims the task runs with. Default: that with
   * which the server was built, which in a session may be an older token of the same principal.
   */
  readonly authInfo?: AuthInfo;
}

/**
 * Tasks that a server's own code starts and follows. They belong to the principal for whom the server was built. If there is none, the unguessable id alone
 * protects them. All methods reject with `AnypodError` `store_unavailable` if the store does not answer.
 */
export interface TaskHandles {
  /**
   * Queues a call of a tool of this server, for any pod, and resolves once it is stored. It runs like a call of 2026-07-28: outside of the session, without
   * a client that could be asked, and without the caller's token. Rejects with `AnypodError`: `task_limit` if the owner has too many unfinished tasks,
   * `task_refused` if the tool's mode is `never`, or during the check at the start; and with `UnwritableError` if JSON cannot hold the arguments.
   */
  start(tool: string, args?: Readonly<Record<string, JsonValue>>, options?: StartTaskOptions): Promise<TaskStatus>;
  /** A task. Undefined: it has expired, never existed, or belongs to someone else. */
  get(id: string): Promise<TaskDetails | undefined>;
  /**
   * The principal's tasks, newest first, 50 at a time; `cursor` is the `next` of the page before. Anonymous callers share no principal, so their list is
   * empty.
   */
  list(cursor?: string): Promise<{ readonly tasks: readonly TaskStatus[]; readonly next?: string }>;
  /** Sets the message of a running task. False: it does not run. The handler of a queued task finds its own id in `_meta["anypod/taskId"]`. */
  report(id: string, message: string): Promise<boolean>;
  /** Cancels a task, and aborts its handler on whichever pod it runs. False: it has ended, or there is no such task. */
  cancel(id: string): Promise<boolean>;
}
