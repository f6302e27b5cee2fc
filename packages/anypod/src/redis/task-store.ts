import type {
  TaskAnswered,
  TaskCancelled,
  TaskChanged,
  TaskCreated,
  TaskLost,
  TaskStore,
  TaskWorker,
} from '../core/task-store.ts';
import type { RedisConnection } from './client.ts';
import type { Argument, Commands } from './commands.ts';
import type { Keys } from './keys.ts';
import type { Script } from './scripts.generated.ts';
import * as scripts from './scripts.generated.ts';
import { taskOf } from './task-fields.ts';
import { listTasks } from './task-list.ts';
import { GROUP, startQueueReader } from './task-queue.ts';
import type { Writes } from './writes.ts';

const watchField = (pod: string) => `w:${pod}`;

const changedOf = (reply: unknown): TaskChanged | undefined =>
  reply === null ? undefined : { watching: reply as string[] };

/**
 * One hash per task. All keys of tasks share one slot, so that each step is one script. Steps wait for replicas if `writes` does. `connect` opens the connection for blocking
 * reads of the queue.
 */
export function createRedisTaskStore(
  commands: Commands,
  writes: Writes,
  keys: Keys,
  connect: () => RedisConnection,
): TaskStore {
  const { run, call } = commands;

  /** Takes a step that a failover must not lose, or the task would run twice. */
  async function step(script: Script, all: readonly string[], ...args: Argument[]): Promise<unknown> {
    return (await writes.run(script, all, ...args)).reply;
  }

  async function claim(entry: string, id: string, pod: string) {
    const task = [keys.task(id), keys.queue(), keys.held(pod)];
    const reply = (await step(scripts.claimTask, task, GROUP, entry, id, pod)) as string[] | null;
    return reply === null ? undefined : taskOf(id, reply);
  }

  return {
    async create(id, of, limit, pod) {
      const { owner } = of;
      const place = pod === undefined ? keys.queue() : keys.held(pod);
      const all = [keys.task(id), keys.tasks(), keys.tasksOf(owner), keys.unfinishedOf(owner), place];
      const again = of.rerunnable ? 1 : 0;
      const args = [id, JSON.stringify(of), of.ttlMs, limit, again, pod ?? ''];
      return (await step(scripts.createTask, all, ...args)) as TaskCreated;
    },

    read: async (id) => taskOf(id, flat(await call('hgetall', keys.task(id)))),

    watch: async (id, pod) => taskOf(id, (await run(scripts.watchTask, [keys.task(id)], watchField(pod))) as string[]),

    async unwatch(id, pod) {
      await call('hdel', keys.task(id), watchField(pod));
    },

    list: (owner, count, after) =>
      listTasks(commands, keys, owner === undefined ? keys.tasks() : keys.tasksOf(owner), count, after),

    async report(id, epoch, message) {
      return changedOf(await run(scripts.reportTask, [keys.task(id)], epoch, message));
    },

    async pause(id, epoch, pod, { questions, state, parked }) {
      const head = [epoch, id, parked ? 1 : 0, state === undefined ? 0 : 1, state ?? ''];
      const args = [...head, ...Object.entries(questions).flat()];
      return changedOf(await step(scripts.pauseTask, [keys.task(id), keys.held(pod)], ...args));
    },

    async answer(id, answers) {
      const args = [id, ...Object.entries(answers).flat()];
      const reply = await step(scripts.answerTask, [keys.task(id), keys.queue()], ...args);
      const [kind, ...watching] = reply as [TaskAnswered['kind'], ...string[]];
      return { kind, watching };
    },

    cancel: async (id, owner) =>
      cancelledOf(await step(scripts.cancelTask, [keys.task(id), keys.unfinishedOf(owner)], id)),

    async end(id, epoch, pod, owner, { kind, json }) {
      const all = [keys.task(id), keys.held(pod), keys.unfinishedOf(owner)];
      return changedOf(await step(scripts.endTask, all, epoch, id, kind, json));
    },

    heldBy: async (pod) => (await run(scripts.heldTasks, [keys.held(pod), keys.queue()], GROUP, pod)) as string[],

    async lose(id, pod, owner, limit, { kind, json }, message) {
      const all = [keys.task(id), keys.held(pod), keys.queue(), keys.unfinishedOf(owner)];
      const reply = await step(scripts.loseTask, all, id, pod, limit, kind, json, message);
      if (reply === null) return undefined;
      const [lost, ...watching] = reply as [TaskLost['kind'], ...string[]];
      return { kind: lost, watching };
    },

    async release(id, pod) {
      await call('srem', keys.held(pod), id);
    },

    work: (pod, { room, onTask, onError }: TaskWorker) =>
      startQueueReader(connect(), {
        key: keys.queue(),
        pod,
        room,
        onError,
        async onEntry(entry, id) {
          const task = await claim(entry, id, pod);
          if (task !== undefined) onTask(task);
        },
      }),

    async requeue(idleMs) {
      await run(scripts.requeueTasks, [keys.queue()], GROUP, idleMs);
    },

    queued: async () => Number(await call('xlen', keys.queue())),
  };
}

function cancelledOf(reply: unknown): TaskCancelled | undefined {
  if (reply === null) return undefined;
  const [pod, state, ...watching] = reply as [string, string, ...string[]];
  return { watching, ...(pod !== '' && { pod }), ...(state !== '' && { state }) };
}

/** ioredis makes an object of the reply to `hgetall`; other clients leave it flat. */
function flat(reply: unknown): string[] {
  return Array.isArray(reply) ? (reply as string[]) : Object.entries(reply as Record<string, string>).flat();
}
