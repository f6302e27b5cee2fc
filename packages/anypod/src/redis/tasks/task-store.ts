import type { TaskAnswered, TaskChanged, TaskCreated, TaskLost, TaskStore } from '../../core/store/task-store.ts';
import type { Commands } from '../client/commands.ts';
import type { Writes } from '../client/writes.ts';
import * as scripts from '../scripts.generated.ts';
import { createSealedTask } from './task-fields.ts';
import { listTasks } from './task-list.ts';
import { GROUP } from './task-queue.ts';
import { startTaskWork, type TaskReading } from './task-work.ts';

const watchField = (pod: string) => `w:${pod}`;

const changedOf = (reply: unknown): TaskChanged | undefined =>
  reply === null ? undefined : { watching: reply as string[] };

/** What the tasks of Redis are made with. */
export interface TaskStoreParts extends TaskReading {
  /** Takes steps that a failover must not lose, or a task would run twice. */
  readonly writes: Writes;
}

/** One hash per task. All keys of tasks share one slot, so that each step is one script. Steps wait for replicas if `writes` does. */
export function createRedisTaskStore({ commands, writes, keys, sealer, connect }: TaskStoreParts): TaskStore {
  const { run, call } = commands;
  const step: Commands['run'] = async (...args) => (await writes.run(...args)).reply;
  const { seal, open, questions: asked, answers: given, outcome } = createSealedTask(keys, sealer);

  const listOf = (owner: string | undefined) => (owner === undefined ? keys.tasks() : keys.tasksOf(owner));

  async function read(id: string, owner: string | undefined, watch: string) {
    return open(id, (await run(scripts.readTask, [keys.task(id), listOf(owner)], id, watch)) as string[]);
  }

  return {
    async create(id, of, limit, pod) {
      const { owner } = of;
      const place = pod === undefined ? keys.queue() : keys.held(pod);
      const all = [keys.task(id), keys.tasks(), keys.tasksOf(owner), keys.unfinishedOf(owner), place];
      const again = of.rerunnable ? 1 : 0;
      const args = [id, seal(id, 'c', JSON.stringify(of)), of.ttlMs, limit, again, pod ?? ''];
      return (await step(scripts.createTask, all, ...args)) as TaskCreated;
    },

    read: (id, owner) => read(id, owner, ''),
    watch: (id, pod, owner) => read(id, owner, watchField(pod)),

    async unwatch(id, pod) {
      await call('hdel', keys.task(id), watchField(pod));
    },

    list: (owner, count, after) => listTasks({ commands, keys, sealer }, listOf(owner), count, after),

    async report(id, epoch, message) {
      return changedOf(await run(scripts.reportTask, [keys.task(id)], epoch, seal(id, 'm', message)));
    },

    async pause(id, epoch, pod, { questions, state, parked }) {
      const stored = state === undefined ? [0, ''] : [1, seal(id, 'x', state)];
      const args = [epoch, id, parked ? 1 : 0, ...stored, ...asked(id, questions)];
      return changedOf(await step(scripts.pauseTask, [keys.task(id), keys.held(pod)], ...args));
    },

    async answer(id, answers) {
      const args = [id, sealer.keys.length, ...given(id, answers)];
      const reply = await step(scripts.answerTask, [keys.task(id), keys.queue()], ...args);
      const [kind, ...watching] = reply as [TaskAnswered['kind'], ...string[]];
      return { kind, watching };
    },

    async cancel(id, owner) {
      const reply = await step(scripts.cancelTask, [keys.task(id), keys.unfinishedOf(owner)], id);
      if (reply === null) return undefined;
      const [pod, state, ...watching] = reply as [string, string, ...string[]];
      const sealed = state !== '' && { state: sealer.open(keys.task(id), 'x', state) };
      return { watching, ...(pod !== '' && { pod }), ...sealed };
    },

    async end(id, epoch, pod, owner, result) {
      const all = [keys.task(id), keys.held(pod), keys.unfinishedOf(owner)];
      return changedOf(await step(scripts.endTask, all, epoch, id, ...outcome(id, result)));
    },

    heldBy: async (pod) => (await run(scripts.heldTasks, [keys.held(pod), keys.queue()], GROUP, pod)) as string[],

    async lose(id, pod, owner, limit, failure, message) {
      const all = [keys.task(id), keys.held(pod), keys.queue(), keys.unfinishedOf(owner)];
      const args = [id, pod, limit, ...outcome(id, failure), seal(id, 'm', message)];
      const reply = await step(scripts.loseTask, all, ...args);
      if (reply === null) return undefined;
      const [lost, ...watching] = reply as [TaskLost['kind'], ...string[]];
      return { kind: lost, watching };
    },

    async release(id, pod) {
      await call('srem', keys.held(pod), id);
    },

    work: (pod, worker) => startTaskWork({ commands: { call, run: step }, keys, sealer, connect }, pod, worker),

    async requeue(idleMs) {
      await run(scripts.requeueTasks, [keys.queue()], GROUP, idleMs);
    },

    queued: async () => Number(await call('xlen', keys.queue())),
  };
}
