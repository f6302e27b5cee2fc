import { AnypodError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { Signer } from './core/signer.ts';
import type { Store } from './core/store/store.ts';
import type { TaskHandles } from './core/task/task-handles.ts';
import type { TaskSettings } from './core/task/task-rule.ts';
import type { Traces } from './core/traces.ts';
import type { BuildServer } from './mcp/sdk/build-server.ts';
import { POD_DEFAULTS, type PodOptions } from './pod/context/options.ts';
import { monotonicNow } from './pod/lifecycle/lease.ts';
import { randomId } from './signing/signer.ts';
import { TaskRoom } from './tasks/task-room.ts';
import type { StateParts } from './wire-state.ts';

export interface TaskParts {
  readonly podId: string;
  readonly store: Store;
  readonly signer: Signer;
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
  { podId, store, signer, log, meter, traces, stand }: TaskParts,
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
    idOf: (text) => signer.sign('task', text),
    log,
    meter,
    traces,
    now: monotonicNow,
    send: store.inbox.send,
    tellSession: stand,
    taskTools: settings.taskTools,
  });
}

/** Gives factories the tasks of their servers. */
export interface TasksOfServers {
  withTasks(build: BuildServer): BuildServer;
  /** The pod has checked the factory. From now on its servers may start tasks. */
  use(room: TaskRoom): void;
}

/** `authInfoOf`: who calls a server that was built with this context now. */
export function createTasksOfServers(authInfoOf: StateParts['authInfoOf']): TasksOfServers {
  let room: TaskRoom | undefined;
  return {
    withTasks: (build) => (context) => {
      const owner = () => ({ authInfo: authInfoOf(context), session: context.session?.id });
      return build({ ...context, tasks: room?.handles(owner) ?? NONE });
    },
    use(of) {
      room = of;
    },
  };
}

/** For the check at the start, which calls no tool. */
const NONE: TaskHandles = {
  async start() {
    throw new AnypodError('task_refused', 'The check at the start runs no tasks. Start them in handlers.');
  },
  get: async () => undefined,
  list: async () => ({ tasks: [] }),
  report: async () => false,
  cancel: async () => false,
};
