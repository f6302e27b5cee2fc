import type { Task, TaskCall, TaskOutcome, TaskSummary } from '../task/task.ts';
import type { Listening } from './inbox.ts';

/** A change that was stored. */
export interface TaskChanged {
  /** The pods to tell, because requests there wait for the task. */
  readonly watching: readonly string[];
}

/** The result of `answer`. `ignored`: no question had one of the keys. `partial`: other questions still wait. `resumed`: none waits any more. */
export interface TaskAnswered extends TaskChanged {
  readonly kind: 'ignored' | 'partial' | 'resumed';
}

/** The result of `cancel`. */
export interface TaskCancelled extends TaskChanged {
  /** The pod whose handler must be aborted. Undefined: no handler runs. */
  readonly pod?: string;
  /** The state that the next run would have got, or that this run has got. */
  readonly state?: string;
}

/** The result of `lose`. */
export interface TaskLost extends TaskChanged {
  readonly kind: 'requeued' | 'failed';
}

/** The result of `create`. `exists`: there is a task of this id, and nothing was changed. `full`: the owner has `limit` tasks that have not ended. */
export type TaskCreated = 'stored' | 'exists' | 'full';

/** What a task asks its client, when its run pauses. */
export interface TaskPause {
  /** JSON of the requests, by key. */
  readonly questions: Readonly<Record<string, string>>;
  /** The state for the next run. */
  readonly state?: string;
  /** The handler waits on its pod for the answers. If false, the run is over, and the answers begin a new one on any pod. */
  readonly parked: boolean;
}

/** Takes queued tasks. */
export interface TaskWorker {
  /** Resolves when this pod has room for at least one more task, with the number of tasks that it has room for. */
  room(signal: AbortSignal): Promise<number>;
  /** A task that this pod must now run. */
  onTask(task: Task): void;
  onError(error: unknown): void;
}

/** A page of tasks, newest first. */
export interface TaskPage {
  readonly tasks: readonly TaskSummary[];
  /** Undefined: this is the last page. */
  readonly next?: string;
}

/**
 * The tasks, one record each, shared by all pods. Every method is one atomic step. The record ends `ttlMs` after it was created. A terminal
 * phase never changes. A method that names a run other than the task's present one changes nothing and returns undefined, as it does for an unknown
 * task. All methods may be repeated if their reply was lost.
 */
export interface TaskStore {
  /** Stores a new task. With `pod`, that pod already runs it (run 1). Otherwise it is queued, for any pod. */
  create(id: string, call: TaskCall, limit: number, pod?: string): Promise<TaskCreated>;
  /** With `owner`, only a task of this owner. A foreign one then costs what an unknown one costs. */
  read(id: string, owner?: string): Promise<Task | undefined>;
  /** Reads the task of `owner` as `read` does, and notes in the same step that `pod` must be told when it changes. */
  watch(id: string, pod: string, owner?: string): Promise<Task | undefined>;
  unwatch(id: string, pod: string): Promise<void>;
  /** Tasks of `owner`; undefined: all tasks. `after` is the `next` of the page before. */
  list(owner: string | undefined, count: number, after?: string): Promise<TaskPage>;
  /** Sets the message of a running task. */
  report(id: string, run: number, message: string): Promise<TaskChanged | undefined>;
  /** The run needs answers of the client. */
  pause(id: string, run: number, pod: string, pause: TaskPause): Promise<TaskChanged | undefined>;
  /** Stores answers to waiting questions. When none waits any more, the task runs on, or is queued again. Unknown keys are ignored. */
  answer(id: string, answers: Readonly<Record<string, string>>): Promise<TaskAnswered>;
  /** Undefined: there is no such task, or it has ended. */
  cancel(id: string, owner: string): Promise<TaskCancelled | undefined>;
  end(id: string, run: number, pod: string, owner: string, outcome: TaskOutcome): Promise<TaskChanged | undefined>;
  /**
   * The tasks that `pod` ran when it was lost. Tasks that were delivered to it but not begun go back to the queue. May name tasks that
   * have ended.
   */
  heldBy(pod: string): Promise<readonly string[]>;
  /**
   * The run of `pod` is lost. Queues the task again if it may run again and was not lost `limit` times before. Otherwise it ends with `failure`
   * and its message. Undefined: this pod does not run it (any more).
   */
  lose(
    id: string,
    pod: string,
    owner: string,
    limit: number,
    failure: TaskOutcome,
    message: string,
  ): Promise<TaskLost | undefined>;
  /** Notes that `pod` has no handler of this task any more. */
  release(id: string, pod: string): Promise<void>;
  /** Begins to take queued tasks for `pod`. Each goes to one pod. Resolves when it is ready. */
  work(pod: string, worker: TaskWorker): Promise<Listening>;
  /** Puts tasks back into the queue that a pod was given `idleMs` ago, but has not begun: the pod was lost in between. */
  requeue(idleMs: number): Promise<void>;
  /** The number of queued tasks. */
  queued(): Promise<number>;
}
