import type { Task } from '../../core/task/task.ts';
import { retryWhileStoreAway } from '../../pod/context/store-retry.ts';
import type { TaskContext } from './context.ts';

/** If no message told of a change, the task is read again after this time, ms: a pod may die between a change and its messages. */
const CHECK_MS = 15_000;

type Listener = (task: Task | undefined) => void;

/** The tasks whose changes requests on this pod want to know. */
export class Watches {
  readonly #context: TaskContext;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #reading = new Map<string, { again: boolean }>();
  readonly #checking: NodeJS.Timeout;

  constructor(context: TaskContext) {
    this.#context = context;
    this.#checking = setInterval(() => this.recheck(), CHECK_MS).unref();
  }

  /**
   * Calls `listener` with the owner's task now and after every change; undefined: the owner has no such task. The returned function ends it. Rejects if the store
   * is away.
   */
  async watch(id: string, owner: string, listener: Listener): Promise<() => void> {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    const stop = () => this.#stop(id, listener);
    try {
      listener(await this.#context.tasks.watch(id, this.#context.pod, owner));
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** A task has changed. */
  changed(id: string): void {
    if (!this.#listeners.has(id)) return;
    const reading = this.#reading.get(id);
    if (reading !== undefined) reading.again = true;
    else this.#context.background.run('read a task', this.#read(id));
  }

  /** Messages may have been missed. */
  recheck(): void {
    for (const id of this.#listeners.keys()) this.changed(id);
  }

  close(): void {
    clearInterval(this.#checking);
    this.#listeners.clear();
  }

  async #read(id: string): Promise<void> {
    const reading = { again: true };
    this.#reading.set(id, reading);
    try {
      while (reading.again) {
        reading.again = false;
        const task = await retryWhileStoreAway(this.#context, () => this.#context.tasks.read(id));
        for (const listener of this.#listeners.get(id) ?? []) listener(task);
      }
    } finally {
      this.#reading.delete(id);
    }
  }

  #stop(id: string, listener: Listener): void {
    const listeners = this.#listeners.get(id);
    if (listeners?.delete(listener) !== true || listeners.size > 0) return;
    this.#listeners.delete(id);
    const { tasks, pod, background } = this.#context;
    background.run('stop watching a task', tasks.unwatch(id, pod));
  }
}
