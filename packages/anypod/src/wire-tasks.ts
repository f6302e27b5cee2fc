import type { Log } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { Store } from './core/store.ts';
import type { TaskSettings } from './core/task-rule.ts';
import type { Traces } from './core/traces.ts';
import { POD_DEFAULTS, type PodOptions } from './pod/context/options.ts';
import { monotonicNow } from './pod/lifecycle/lease.ts';
import { randomId } from './signing/signer.ts';
import { TaskRoom } from './tasks/task-room.ts';

export interface TaskParts {
  readonly podId: string;
  readonly store: Store;
  readonly log: Log;
  readonly meter: Meter;
  readonly traces: Traces | undefined;
  /** Sends a message on a session's standing stream. */
  readonly stand: (session: string, data: string) => Promise<void>;
}

export interface TaskRoomSettings extends PodOptions {
  readonly taskConcurrency: number;
  readonly taskResultBytes: number;
  readonly taskLimit: number;
  readonly taskTools: Readonly<Record<string, TaskSettings>>;
}

export const TASK_DEFAULTS: Omit<TaskRoomSettings, keyof PodOptions> = {
  taskConcurrency: 10,
  taskResultBytes: 1024 * 1024,
  taskLimit: 1000,
  taskTools: {},
};

/** Builds the tasks of a pod from its parts. */
export function wireTasks(
  { podId, store, log, meter, traces, stand }: TaskParts,
  settings: TaskRoomSettings,
): TaskRoom {
  const { leaseMs = POD_DEFAULTS.leaseMs, rerun = POD_DEFAULTS.rerun, taskConcurrency: concurrency } = settings;
  return new TaskRoom({
    pod: podId,
    tasks: store.tasks,
    limits: { concurrency, resultBytes: settings.taskResultBytes, unfinished: settings.taskLimit },
    leaseMs,
    rerunLimit: rerun === 'never' ? 0 : 1,
    random: randomId,
    log,
    meter,
    traces,
    now: monotonicNow,
    send: store.inbox.send,
    tellSession: stand,
    taskTools: settings.taskTools,
  });
}
