import type { TaskStore } from '../core/store/task-store.ts';
import { isOver, type Task, type TaskSummary } from '../core/task/task.ts';
import type { Clock, ExpiringMap } from './expiring-map.ts';
import type { TaskQueue } from './task-queue.ts';
import { changeTask, createTaskSteps, type StoredTask } from './task-steps.ts';

export function createMemoryTaskStore(tasks: ExpiringMap<StoredTask>, queue: TaskQueue, clock: Clock): TaskStore {
  const all = (owner: string | undefined) =>
    tasks
      .keys()
      .map((id) => tasks.get(id))
      .filter((stored) => stored !== undefined)
      .filter(({ task }) => owner === undefined || task.call.owner === owner);

  function claim(id: string, pod: string): Task | undefined {
    const stored = tasks.get(id);
    if (stored?.task.phase !== 'queued') return undefined;
    changeTask(stored, { phase: 'running', pod, run: stored.task.run + 1 }, clock);
    return stored.task;
  }

  return {
    async create(id, call, limit, pod) {
      if (tasks.get(id) !== undefined) return 'exists';
      if (all(call.owner).filter(({ task }) => !isOver(task)).length >= limit) return 'full';
      const phase = pod === undefined ? 'queued' : 'running';
      const begun = pod === undefined ? { run: 0 } : { run: 1, pod };
      const task = {
        id,
        call,
        phase,
        losses: 0,
        updatedAt: clock(),
        questions: {},
        answers: {},
        watching: [],
        ...begun,
      } as const;
      tasks.set(id, { task, expiresAt: clock() + call.ttlMs, watching: new Set() }, call.ttlMs);
      if (pod === undefined) queue.push(id);
      return 'stored';
    },

    read: async (id, owner) => seen(ownedBy(owner, tasks.get(id))),

    async watch(id, pod, owner) {
      const kept = ownedBy(owner, tasks.get(id));
      kept?.watching.add(pod);
      return seen(kept);
    },

    async unwatch(id, pod) {
      tasks.get(id)?.watching.delete(pod);
    },

    async list(owner, count, after = '0') {
      const from = Number(after);
      const found = all(owner).sort((one, other) => other.expiresAt - one.expiresAt);
      const page = found.slice(from, from + count);
      const summaries = page.map(
        ({ task: { outcome, questions, answers, state, watching, ...summary } }): TaskSummary => summary,
      );
      return { tasks: summaries, ...(found.length > from + count && { next: String(from + count) }) };
    },

    ...createTaskSteps(tasks, queue, clock),

    heldBy: async (pod) =>
      all(undefined)
        .map(({ task }) => task)
        .filter((task) => task.pod === pod)
        .map(({ id }) => id),

    release: async () => undefined,

    async work(pod, { room, onTask }) {
      return queue.read(room, (id) => {
        const task = claim(id, pod);
        if (task !== undefined) onTask(task);
      });
    },

    requeue: async () => undefined,

    queued: async () => queue.size,
  };
}

/** The task, if it is this owner's or the owner does not matter. */
function ownedBy(owner: string | undefined, stored: StoredTask | undefined): StoredTask | undefined {
  return owner === undefined || stored?.task.call.owner === owner ? stored : undefined;
}

function seen(stored: StoredTask | undefined): Task | undefined {
  return stored && { ...stored.task, watching: [...stored.watching] };
}
