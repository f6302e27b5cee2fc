import { isUnreadable } from '../../core/sealer.ts';
import type { Listening } from '../../core/store/inbox.ts';
import type { Task } from '../../core/task/task.ts';
import { retryWhileStoreAway } from '../../pod/context/store-retry.ts';
import type { TaskContext } from './context.ts';
import { failure } from './outcome.ts';
import { createSlots, type Slots } from './slots.ts';
import { TaskRun } from './task-run.ts';

/** Runs a task once and tells `run` how it ended. Rejects if it cannot run. */
export type RunTask = (task: Task, run: TaskRun) => Promise<void>;

/** The message of a task whose pod was lost. */
const LOST = 'The pod that ran this task was lost; whether the task took effect is unknown.';
/** A failover of Redis may lose the end of a task. */
const UNKNOWN = 'Redis lost how this task ended; whether the task took effect is unknown.';
/** How long a reply of the store may be on its way, ms. */
const REPLY_MS = 5000;
const LEFT = 'The pod that ran this task went away before it ended; whether the task took effect is unknown.';

/** Runs the tasks of this pod: those that it takes from the queue, and calls that it has handed back to their clients. */
export class TaskEngine {
  readonly #context: TaskContext;
  readonly #run: RunTask;
  readonly #slots: Slots;
  readonly #runs = new Map<string, TaskRun>();
  #listening: Promise<Listening> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #left = false;

  constructor(context: TaskContext, run: RunTask) {
    this.#context = context;
    this.#run = run;
    this.#slots = createSlots(context.limits.concurrency);
  }

  /** Begins to take queued tasks, if this pod has a place for any. */
  async start(): Promise<void> {
    const { tasks, pod, log, background, leaseMs } = this.#context;
    if (this.#context.limits.concurrency === 0) return;
    const onError = (err: unknown) => log.warn({ err }, 'the queue of tasks could not be read; trying again');
    const room = (signal: AbortSignal) => this.#slots.room(signal);
    this.#context.meter.watchTasks({ running: () => this.#runs.size, queued: () => tasks.queued() });
    this.#listening = tasks.work(pod, { room, onTask: (task) => this.#take(task), onError });
    await this.#listening;
    this.#timer = setInterval(() => background.run('put tasks back', tasks.requeue(2 * leaseMs)), leaseMs).unref();
  }

  /** The number of queued tasks that run here. */
  get busy(): number {
    return this.#slots.taken;
  }

  /** Notes a call that already runs here and is now a task. The caller must settle the run. */
  adopt(task: Pick<Task, 'id' | 'call' | 'run'>): TaskRun {
    const run = new TaskRun(this.#context, task);
    this.#runs.set(task.id, run);
    if (this.#left) this.#context.background.run('leave a task', this.#leave(run));
    return run;
  }

  /** The run has ended, or paused. */
  forget(run: TaskRun): void {
    if (this.#runs.get(run.id) === run) this.#runs.delete(run.id);
    run.step?.end();
  }

  /** Cancels a task that runs here. */
  async cancel({ id, call }: TaskRun): Promise<void> {
    const { tasks, meter } = this.#context;
    if ((await tasks.cancel(id, call.owner)) !== undefined) meter.task('cancelled');
    this.cancelled(id);
  }

  /** A task was cancelled, perhaps while it runs here. */
  cancelled(id: string): void {
    this.#runs.get(id)?.abort();
    const { tasks, pod, background } = this.#context;
    background.run('release a task', tasks.release(id, pod));
  }

  /** Messages may have been missed, or writes lost: aborts the runs whose tasks are no longer this pod's, and ends tasks that this pod does not run. */
  recheck(): void {
    this.#context.background.run('look for lost tasks', this.#endStrangers());
    for (const run of this.#runs.values()) this.#context.background.run('look at a task again', this.#check(run));
  }

  /** Ends the runs of a pod that is lost: each runs again on some pod, or ends with an error. */
  async inherit(pod: string): Promise<void> {
    for (const id of await this.#context.tasks.heldBy(pod)) await this.#lose(id, pod, LOST);
  }

  /** Takes no more tasks. Those that run go on. */
  async drain(): Promise<void> {
    const listening = await this.#listening?.catch(() => undefined);
    await listening?.stop();
  }

  /** Gives the tasks that still run here to other pods, or ends them. */
  async close(): Promise<void> {
    this.#left = true;
    clearInterval(this.#timer);
    await this.drain();
    await Promise.all([...this.#runs.values()].map((run) => this.#leave(run)));
    // Also puts back what Redis has given this pod but it has not begun.
    for (const id of await this.#context.tasks.heldBy(this.#context.pod)) await this.#lose(id, this.#context.pod, LEFT);
  }

  #take(task: Task): void {
    this.#slots.take();
    this.#context.meter.task('started');
    const run = this.adopt(task);
    const serve = () => this.#serve(task, run);
    this.#context.background.run('run a task', run.step === undefined ? serve() : run.step.run(serve));
  }

  async #serve(task: Task, run: TaskRun): Promise<void> {
    try {
      if (isStale(task))
        await run.end(failure('The token of the caller has expired. Call the tool again.', 'token_expired'));
      else await this.#run(task, run);
    } catch (err) {
      this.#context.log.warn({ err, tool: task.call.tool }, 'a task could not be run');
      await run.end(failure('The task could not be run.', 'not_run'));
    } finally {
      this.forget(run);
      this.#slots.free();
    }
  }

  async #leave(run: TaskRun): Promise<void> {
    // First the store, then the handler: what an aborted handler returns is no result.
    const lost = this.#lose(run.id, this.#context.pod, LEFT);
    run.leave();
    await lost;
  }

  async #lose(id: string, pod: string, message: string): Promise<void> {
    const { tasks, rerunLimit, meter, log } = this.#context;
    const task = await retryWhileStoreAway(this.#context, () => tasks.read(id)).catch((error: unknown) => {
      if (isUnreadable(error)) return error;
      throw error;
    });
    if (task === undefined) return tasks.release(id, pod);
    if (isUnreadable(task)) return this.#giveUp(id, pod, task);
    const { call } = task;
    const outcome = failure(message, 'pod_lost');
    const lost = await retryWhileStoreAway(this.#context, () =>
      tasks.lose(id, pod, call.owner, rerunLimit, outcome, message),
    );
    if (lost === undefined) return;
    const again = lost.kind === 'requeued';
    meter.orphanEnded(again ? 'rerun' : 'refused');
    meter.task(again ? 'requeued' : 'failed');
    log.warn({ pod, tool: call.tool, again }, 'a task lost its pod');
    const ended = again ? { phase: 'queued' as const } : { phase: 'ended' as const, kind: outcome.kind, message };
    this.#context.changed({ id, call, updatedAt: Date.now(), message: task.message, ...ended }, lost.watching);
  }

  /** The tasks that the store gives to this pod, and that do not run here. */
  async #strangers(): Promise<readonly string[]> {
    const { tasks, pod } = this.#context;
    const held = await retryWhileStoreAway(this.#context, () => tasks.heldBy(pod));
    return held.filter((id) => !this.#runs.has(id));
  }

  /** Ends tasks that do not run here, unless they begin soon: this pod may just be taking them. */
  async #endStrangers(): Promise<void> {
    const { leaseMs, background } = this.#context;
    const before = await this.#strangers();
    if (before.length === 0) return;
    const end = async () => {
      if (this.#left) return;
      for (const id of await this.#strangers())
        if (before.includes(id)) await this.#lose(id, this.#context.pod, UNKNOWN);
    };
    setTimeout(() => background.run('end lost tasks', end()), Math.max(leaseMs, REPLY_MS)).unref();
  }

  /** Ends a task that this pod cannot read. Whose it is, it does not know. */
  async #giveUp(id: string, pod: string, err: Error): Promise<void> {
    const { tasks, log } = this.#context;
    log.warn({ err, pod }, 'a task of a lost pod cannot be read; it ends with an error');
    await tasks.lose(id, pod, '', 0, failure(err.message, 'payload_unreadable'), err.message);
  }

  async #check(run: TaskRun): Promise<void> {
    const task = await retryWhileStoreAway(this.#context, () => this.#context.tasks.read(run.id));
    if (task?.run !== run.number || task.pod !== this.#context.pod) run.abort();
  }
}

/** Whether the task must not run, because the token of its caller has expired. `expiresAt` is in seconds, as in the SDK's `AuthInfo`. */
function isStale({ call: { freshAuth, claims } }: Task): boolean {
  const expires = claims?.['expiresAt'];
  return freshAuth && typeof expires === 'number' && expires * 1000 <= Date.now();
}
