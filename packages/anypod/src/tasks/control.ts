import type { Task } from '../core/task/task.ts';
import type { TaskContext } from './engine/context.ts';
import type { TaskEngine } from './engine/engine.ts';

/** What a task's owner may do with it. */
export interface TaskControl {
  /** Undefined: there is no such task, or it has another owner. */
  read(id: string, owner: string): Promise<Task | undefined>;
  /** Cancels a task, and aborts its handler on whichever pod it runs. False: it had ended. */
  cancel(task: Task): Promise<boolean>;
  /** Sets the message of a task, on whichever pod it runs. False: it does not run. */
  report(task: Task, message: string): Promise<boolean>;
  /** Answers questions of a task. Answers to other questions are ignored. */
  answer(task: Task, answers: Readonly<Record<string, unknown>>): Promise<void>;
}

export function createTaskControl(context: TaskContext, engine: TaskEngine): TaskControl {
  const { tasks, pod } = context;
  return {
    async read(id, owner) {
      const task = await tasks.read(id, owner);
      return task?.call.owner === owner ? task : undefined;
    },

    async cancel(task) {
      const cancelled = await tasks.cancel(task.id, task.call.owner);
      if (cancelled === undefined) return false;
      context.meter.task('cancelled');
      if (cancelled.state !== undefined) context.abandon(task.call, cancelled.state);
      if (cancelled.pod === pod) engine.cancelled(task.id);
      else if (cancelled.pod !== undefined)
        await context.send(cancelled.pod, { type: 'task-cancelled', task: task.id });
      context.changed({ ...task, phase: 'cancelled', updatedAt: Date.now() }, cancelled.watching);
      return true;
    },

    async report(task, message) {
      const changed = await tasks.report(task.id, task.run, message);
      if (changed === undefined) return false;
      context.changed({ ...task, message, updatedAt: Date.now() }, changed.watching);
      return true;
    },

    async answer(task, answers) {
      const given = Object.entries(answers).filter(([key]) => Object.hasOwn(task.questions, key));
      if (given.length === 0) return;
      const json = Object.fromEntries(given.map(([key, value]) => [key, JSON.stringify(value)]));
      const { kind, watching } = await tasks.answer(task.id, json);
      if (kind === 'resumed') context.meter.task('answered');
      const phase = kind === 'resumed' ? 'queued' : 'waiting';
      if (kind !== 'ignored') context.changed({ ...task, phase, updatedAt: Date.now() }, watching);
    },
  };
}
