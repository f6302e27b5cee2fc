import type { TaskEvent } from '../../core/meter.ts';
import type { TaskChanged, TaskPause } from '../../core/store/task-store.ts';
import type { Task, TaskCall, TaskOutcome } from '../../core/task/task.ts';
import { asPlace, type Step } from '../../core/traces.ts';
import { isStoreAway, retryWhileStoreAway } from '../../pod/context/store-retry.ts';
import type { TaskContext } from './context.ts';

/** A run writes its message at most this often, ms. */
const REPORT_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const EVENTS = {
  result: 'completed',
  tool_error: 'tool_error',
  error: 'failed',
} as const satisfies Record<TaskOutcome['kind'], TaskEvent>;

/** One run of a task on this pod. Its writes carry the number of the run, so they store nothing once another pod has the task. */
export class TaskRun {
  readonly id: string;
  readonly call: TaskCall;
  readonly number: number;
  /** Undefined: nobody records the trace of the call. */
  readonly step: Step | undefined;
  readonly #context: TaskContext;
  readonly #controller = new AbortController();
  readonly #expiry: NodeJS.Timeout;
  #reporting: NodeJS.Timeout | undefined;
  #message: string | undefined;
  #reported: string | undefined;
  #over = false;

  constructor(context: TaskContext, { id, call, run }: Pick<Task, 'id' | 'call' | 'run'>) {
    this.#context = context;
    this.id = id;
    this.call = call;
    this.number = run;
    this.step = context.traces?.begin('anypod.task', asPlace(call.trace));
    const left = call.createdAt + call.ttlMs - Date.now();
    this.#expiry = setTimeout(() => this.abort(), Math.min(Math.max(left, 0), LONGEST_TIMER_MS)).unref();
  }

  /** Aborts when the task is cancelled or expires, or when this pod has lost it. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether nothing that the run does is stored any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Sets the task's message, now or soon. Of messages that come close together, the last one is stored. */
  report(message: string): void {
    if (this.#over || message === this.#reported) return;
    this.#message = message;
    this.#reporting ??= setTimeout(() => this.#write(), this.#reported === undefined ? 0 : REPORT_MS).unref();
  }

  /** The handler needs answers of the client. If it does not wait for them itself, the run is over. */
  async pause(pause: TaskPause): Promise<void> {
    if (this.#over) return;
    if (!pause.parked) this.#finish();
    const { tasks, pod } = this.#context;
    await this.#store('waiting', 'input_required', () => tasks.pause(this.id, this.number, pod, pause));
  }

  /** The client has answered a question for which the handler waits, or the handler has withdrawn it. */
  async resume(question: string): Promise<void> {
    if (this.#over) return;
    const { tasks } = this.#context;
    const answered = await retryWhileStoreAway(this.#context, () => tasks.answer(this.id, { [question]: '' }));
    if (answered.kind !== 'resumed') return;
    this.#context.meter.task('answered');
    this.#tell('running', answered);
  }

  async end(outcome: TaskOutcome): Promise<void> {
    if (this.#over) return;
    this.#finish();
    const { tasks, pod } = this.#context;
    const end = () => tasks.end(this.id, this.number, pod, this.call.owner, outcome);
    await this.#store('ended', EVENTS[outcome.kind], end, outcome.kind);
  }

  /** Gives up the run: the task is cancelled, or another pod has it. */
  abort(): void {
    this.#finish();
    this.#controller.abort();
  }

  /** The pod leaves, and has given the task away. */
  leave(): void {
    this.abort();
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#expiry);
    clearTimeout(this.#reporting);
  }

  #write(): void {
    this.#reporting = undefined;
    const message = this.#message ?? '';
    this.#reported = message;
    const { tasks, background } = this.#context;
    const written = tasks.report(this.id, this.number, message).then(
      (changed) => this.#stored('running', changed),
      // The next message, or the result, says more than this one.
      (error: unknown) => {
        if (!isStoreAway(error)) throw error;
      },
    );
    background.run('report progress of a task', written);
  }

  async #store(
    phase: Task['phase'],
    event: TaskEvent,
    write: () => Promise<TaskChanged | undefined>,
    kind?: TaskOutcome['kind'],
  ): Promise<void> {
    const changed = await retryWhileStoreAway(this.#context, write);
    if (changed !== undefined) this.#context.meter.task(event);
    this.#stored(phase, changed, kind);
  }

  #stored(phase: Task['phase'], changed: TaskChanged | undefined, kind?: TaskOutcome['kind']): void {
    if (changed === undefined) this.abort();
    else this.#tell(phase, changed, kind);
  }

  #tell(phase: Task['phase'], { watching }: TaskChanged, kind?: TaskOutcome['kind']): void {
    const { id, call } = this;
    this.#context.changed({ id, call, phase, kind, message: this.#reported, updatedAt: Date.now() }, watching);
  }
}
