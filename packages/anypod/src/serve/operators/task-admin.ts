import type { Log } from '../../core/log.ts';
import type { Task, TaskSummary } from '../../core/task/task.ts';
import { type Config, ConfigError } from '../settings/config.ts';
import { openStore } from '../store/open-store.ts';
import { cancelTask } from './cancel-task.ts';

const PAGE = 100;

/** What an operator can do with the tasks of a deployment. */
export interface TaskAdmin {
  /** The newest tasks, `most` at most. */
  list(most: number): Promise<readonly TaskSummary[]>;
  show(id: string): Promise<Task | undefined>;
  /** Cancels a task, and aborts its handler on its pod. False: there is no such task, or it has ended. */
  cancel(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the tasks in the Redis of `config`. Throws `ConfigError` if it names none. */
export async function openTaskAdmin(config: Config, log: Log): Promise<TaskAdmin> {
  if (config.redis === undefined) throw new ConfigError(['--redis: name the Redis of the pods']);
  const { store, close } = await openStore(config, log);
  return {
    async list(most) {
      const found: TaskSummary[] = [];
      let next: string | undefined;
      do {
        const page = await store.tasks.list(undefined, Math.min(PAGE, most - found.length), next);
        found.push(...page.tasks);
        next = page.next;
      } while (next !== undefined && found.length < most);
      return found;
    },
    show: (id) => store.tasks.read(id),
    cancel: (id) => cancelTask(store, id),
    close,
  };
}
