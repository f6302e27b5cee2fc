import type { TaskChanged, TaskStore } from '../core/store/task-store.ts';
import { isOver, type Task } from '../core/task/task.ts';
import type { Clock, ExpiringMap } from './expiring-map.ts';
import type { TaskQueue } from './task-queue.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A stored task, and the pods that watch it. */
export interface StoredTask {
  task: Task;
  readonly expiresAt: number;
  readonly watching: Set<string>;
}

/** The members that a step changes. A member that is undefined is removed. */
type Members = { [K in keyof Task]?: Task[K] | undefined };

/** The steps from one phase of a task to the next. */
export type TaskSteps = Pick<TaskStore, 'report' | 'pause' | 'answer' | 'cancel' | 'end' | 'lose'>;

/** Replaces members of a task, and returns whom to tell. */
export function changeTask(stored: StoredTask, members: Members, clock: Clock): TaskChanged {
  const next = { ...stored.task, updatedAt: clock(), ...members } as Writable<Task>;
  for (const name of ['pod', 'state'] as const) if (next[name] === undefined) delete next[name];
  stored.task = next;
  return { watching: [...stored.watching] };
}

export function createTaskSteps(tasks: ExpiringMap<StoredTask>, queue: TaskQueue, clock: Clock): TaskSteps {
  const change = (stored: StoredTask, members: Members) => changeTask(stored, members, clock);

  /** The task, if this is its run and it is not over. */
  function running(id: string, run: number): StoredTask | undefined {
    const stored = tasks.get(id);
    if (stored?.task.run !== run || stored.task.pod === undefined) return undefined;
    return isOver(stored.task) ? undefined : stored;
  }

  return {
    async report(id, run, message) {
      const stored = running(id, run);
      return stored && change(stored, { message });
    },

    async pause(id, run, _pod, { questions, state, parked }) {
      const stored = tasks.get(id);
      if (stored?.task.run === run && stored.task.phase === 'waiting' && stored.task.pod === undefined) {
        return { watching: [...stored.watching] };
      }
      if (running(id, run) === undefined || stored === undefined) return undefined;
      const all = { ...stored.task.questions, ...questions };
      if (parked) return change(stored, { phase: 'waiting', questions: all, answers: {} });
      return change(stored, { phase: 'waiting', questions: all, answers: {}, pod: undefined, state });
    },

    async answer(id, answers) {
      const stored = tasks.get(id);
      const taken = Object.entries(answers).filter(([key]) => Object.hasOwn(stored?.task.questions ?? {}, key));
      if (stored?.task.phase !== 'waiting' || taken.length === 0) return { kind: 'ignored', watching: [] };
      const left = Object.entries(stored.task.questions).filter(([key]) => !Object.hasOwn(answers, key));
      const own = { ...stored.task.answers, ...Object.fromEntries(taken) };
      const members = { questions: Object.fromEntries(left), answers: own };
      if (left.length > 0) return { kind: 'partial', ...change(stored, members) };
      const parked = stored.task.pod !== undefined;
      const changed = change(stored, { ...members, phase: parked ? 'running' : 'queued' });
      if (!parked) queue.push(id);
      return { kind: 'resumed', ...changed };
    },

    async cancel(id) {
      const stored = tasks.get(id);
      if (stored === undefined || isOver(stored.task)) return undefined;
      const { pod, state } = stored.task;
      const changed = change(stored, { phase: 'cancelled', ...FORGOTTEN });
      return { ...changed, ...(pod !== undefined && { pod }), ...(state !== undefined && { state }) };
    },

    async end(id, run, _pod, _owner, outcome) {
      const stored = tasks.get(id);
      if (stored?.task.phase === 'ended' && stored.task.run === run) return { watching: [...stored.watching] };
      const own = running(id, run);
      return own && change(own, { phase: 'ended', kind: outcome.kind, outcome, ...FORGOTTEN });
    },

    async lose(id, pod, _owner, limit, failure, message) {
      const stored = tasks.get(id);
      if (stored === undefined || stored.task.pod !== pod || isOver(stored.task)) return undefined;
      const { losses, run, call } = stored.task;
      const after = { losses: losses + 1, run: run + 1, pod: undefined };
      if (call.rerunnable && losses < limit) {
        const changed = change(stored, { ...after, phase: 'queued', questions: {} });
        queue.push(id);
        return { kind: 'requeued', ...changed };
      }
      const end = { phase: 'ended', kind: failure.kind, outcome: failure, message } as const;
      return { kind: 'failed', ...change(stored, { ...after, ...FORGOTTEN, ...end }) };
    },
  };
}

/** What a task that is over no longer has. */
const FORGOTTEN = { questions: {}, answers: {}, pod: undefined, state: undefined } as const;
