import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { RandomId } from '../../core/signer.ts';
import type { InboxMessage } from '../../core/store/inbox.ts';
import type { TaskStore } from '../../core/store/task-store.ts';
import type { Task, TaskCall, TaskOutcome } from '../../core/task/task.ts';
import type { Traces } from '../../core/traces.ts';
import type { Background } from '../../pod/context/background.ts';

/** Limits of tasks. */
export interface TaskLimits {
  /** How many queued tasks this pod runs at a time. Default 10. */
  readonly concurrency: number;
  /** The most bytes of a result. Default 1 MiB. */
  readonly resultBytes: number;
  /** How many tasks of one owner may be unfinished at a time. Default 1000. */
  readonly unfinished: number;
}

/** What the parts of this room share. */
export interface TaskContext {
  readonly pod: string;
  readonly tasks: TaskStore;
  readonly limits: TaskLimits;
  readonly leaseMs: number;
  /** How often a task may be lost with its pod and run again. */
  readonly rerunLimit: number;
  readonly random: RandomId;
  /** An id that the same text always gets, and that nobody can guess who does not know the deployment's secret. */
  readonly idOf: (text: string) => string;
  readonly log: Log;
  readonly meter: Meter;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
  readonly background: Background;
  /** Aborts when the pod closes. After that nothing is retried. */
  readonly closing: AbortSignal;
  send(pod: string, message: InboxMessage): Promise<void>;
  /** Tells the session that began a task of its status, on its standing stream. */
  tellSession(session: string, data: string): Promise<void>;
  /** A task with this state was cancelled: aborts the handler that waits for the answers of its next run, on whichever pod. */
  abandon(call: TaskCall, state: string): void;
  /** A change of a task was stored. Tells the pods that wait for it, and its session. `after` is what the change made of it. */
  changed(task: ChangedTask, watching: readonly string[]): void;
}

/** The members of a task that a status has. */
export type ChangedTask = Pick<Task, 'id' | 'phase' | 'updatedAt'> & {
  readonly call: TaskCall;
  readonly kind?: TaskOutcome['kind'] | undefined;
  readonly message?: string | undefined;
};
