import assert from 'node:assert/strict';
import type { TaskStore } from '../core/store/task-store.ts';
import { isOver, type Task, type TaskOutcome } from '../core/task/task.ts';
import { sampleCall } from './sample-task.ts';
import type { Contract } from './subject.ts';

const WALKS = 60;
const STEPS = 25;
const PODS = ['pod-a', 'pod-b'];

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps that pods may take at any time, whatever they know of the task. */
function steps(tasks: TaskStore, pick: <T>(all: readonly T[]) => T, step: number): readonly (() => Promise<unknown>)[] {
  const run = pick([1, 2, 3, 4, 5]);
  const pod = pick(PODS);
  const outcome: TaskOutcome = { kind: pick(['result', 'tool_error', 'error']), json: `{"run":${run}}` };
  const lost: TaskOutcome = { kind: 'error', json: '{}' };
  const questions = { [`${step}`]: '{}' };
  return [
    () => tasks.report('t', run, `step ${step}`),
    () => tasks.pause('t', run, pod, { questions, parked: pick([true, false]) }),
    () => tasks.answer('t', { [`${pick([step - 1, step - 2, step - 3])}`]: `${step}` }),
    () => tasks.lose('t', pod, 'alice', 1, lost, 'lost'),
    () => tasks.end('t', run, pod, 'alice', outcome),
    () => tasks.cancel('t', 'alice'),
  ];
}

/** What may follow a state, whichever step was taken. */
function assertFollows(before: Task, after: Task): void {
  if (isOver(before)) assert.deepEqual(after, before, 'a task that is over changed');
  assert.ok(after.run >= before.run, 'the fencing token went back');
  assert.ok(after.losses >= before.losses && after.losses <= 2, 'it was run again more often than once');
  const { run } = JSON.parse(after.outcome?.json ?? '{}') as { run?: number };
  assert.ok(run === undefined || run === after.run, 'a run ended the task that another run had');
  assert.deepEqual(after.call, before.call);
  assert.equal(after.phase === 'ended', after.outcome !== undefined);
  assert.equal(after.phase === 'running' && after.pod === undefined, false, 'a task runs nowhere');
  assert.equal(['queued', 'ended', 'cancelled'].includes(after.phase) && after.pod !== undefined, false);
  const waits = Object.keys(after.questions).length > 0;
  assert.equal(waits, after.phase === 'waiting', 'questions and phase differ');
}

/** Takes the task from the queue, as the reader of a pod does. */
async function takeQueued(tasks: TaskStore, pod: string): Promise<void> {
  if ((await tasks.queued()) === 0) return;
  const taken = Promise.withResolvers<void>();
  let room = 1;
  const worker = await tasks.work(pod, {
    room: (signal) =>
      room-- > 0
        ? Promise.resolve(1)
        : new Promise((resolve) => {
            taken.resolve();
            signal.addEventListener('abort', () => resolve(0), { once: true });
          }),
    onTask: () => undefined,
    onError: () => undefined,
  });
  await taken.promise;
  await worker.stop();
}

export const taskStepsContract: Contract = {
  of: 'the steps of a task, in any order from any pod',
  holds: Object.fromEntries(
    [true, false].map((rerunnable) => [
      `never break its rules${rerunnable ? ', also if it may run again' : ''}`,
      async ({ a, b }) => {
        for (let seed = 1; seed <= WALKS; seed += 1) {
          const random = randomFrom(seed);
          const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
          const id = 't';
          const call = sampleCall({ rerunnable, ttlMs: 60_000 });
          const tasks = scoped(pick([a.tasks, b.tasks]), `${seed}-`);
          await tasks.create(id, call, 1000, 'pod-a');
          let before = (await tasks.read(id)) as Task;
          for (let step = 1; step <= STEPS; step += 1) {
            const pair = [0, 1].map(() => pick(steps(scoped(pick([a.tasks, b.tasks]), `${seed}-`), pick, step)));
            if (before.phase === 'queued') await takeQueued(a.tasks, pick(PODS));
            // Two pods act at the same time.
            await Promise.all(pair.map((act) => act()));
            const after = (await tasks.read(id)) as Task;
            assertFollows(before, after);
            before = after;
          }
          await tasks.cancel(id, 'alice');
          assert.ok(isOver((await tasks.read(id)) as Task));
        }
      },
    ]),
  ),
};

/** The tasks whose ids begin with `prefix`, so that walks in one store keep apart. */
function scoped(tasks: TaskStore, prefix: string): TaskStore {
  const handler: ProxyHandler<TaskStore> = {
    get(target, name: keyof TaskStore) {
      const method = target[name] as (...args: unknown[]) => unknown;
      return (id: unknown, ...rest: unknown[]) => method(`${prefix}${String(id)}`, ...rest);
    },
  };
  return new Proxy(tasks, handler);
}
