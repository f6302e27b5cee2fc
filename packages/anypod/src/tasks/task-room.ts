import type { Deadlines } from '../core/deadlines.ts';
import { departureOf } from '../core/departure.ts';
import type { ModernHandler, ServerHost } from '../core/server-host.ts';
import type { RequestState } from '../core/state/request-state.ts';
import type { InboxMessage } from '../core/store/inbox.ts';
import type { TaskHandles } from '../core/task/task-handles.ts';
import type { HoldSession } from '../core/task/task-peer.ts';
import { NO_TASKS, type TaskSettings } from '../core/task/task-rule.ts';
import { createBackground } from '../pod/context/background.ts';
import { createDeadlines } from '../pod/context/deadlines.ts';
import { createTaskControl, type TaskControl } from './control.ts';
import type { ChangedTask, TaskContext } from './engine/context.ts';
import { type RunTask, TaskEngine } from './engine/engine.ts';
import { Watches } from './engine/watches.ts';
import { createTaskHandles, type HandleOwner, type TaskHandlesOptions } from './handles.ts';
import { TaskListeners } from './modern/listen.ts';
import { withModernTasks } from './modern/modern-tasks.ts';
import { awaitedRequest } from './modern/rounds.ts';
import { createCallRunner } from './modern/run-call.ts';
import { callerOf } from './owner.ts';
import { withSessionTasks } from './session/session-host.ts';
import { createToolRules } from './session/tool-rules.ts';
import { statusNotification } from './session/views.ts';

/** How long a closing pod still retries writes, ms. */
const CLOSE_WITHIN_MS = 2000;

export interface TaskRoomOptions extends Omit<TaskContext, 'background' | 'closing' | 'changed' | 'abandon'> {
  /** Monotonic ms. */
  readonly now: () => number;
  /** What the operator says about the tasks of tools, by name. */
  readonly taskTools: Readonly<Record<string, TaskSettings>>;
}

const neverGone = departureOf(() => new AbortController().signal);

const callWith = (params: Readonly<Record<string, unknown>>) =>
  ({ jsonrpc: '2.0', id: 'anypod/task', method: 'tools/call', params }) as const;

/** Everything of this pod that concerns tasks. */
export class TaskRoom {
  readonly #context: TaskContext;
  readonly #watches: Watches;
  readonly #engine: TaskEngine;
  readonly #control: TaskControl;
  readonly #options: TaskRoomOptions;
  readonly #deadlines = new Map<number, Deadlines>();
  readonly #closing = new AbortController();
  readonly #handlesOptions: TaskHandlesOptions;
  #ruleOf: TaskHandlesOptions['rule'] = () => NO_TASKS;
  #runCall: RunTask | undefined;
  #runInSession: RunTask | undefined;
  #abandon: TaskContext['abandon'] = () => undefined;

  constructor(options: TaskRoomOptions) {
    this.#options = options;
    this.#context = {
      ...options,
      background: createBackground(options.log),
      closing: this.#closing.signal,
      abandon: (call, state) => this.#abandon(call, state),
      changed: (task, watching) => this.#changed(task, watching),
    };
    this.#watches = new Watches(this.#context);
    this.#engine = new TaskEngine(this.#context, (task, run) => this.#run(task, run));
    this.#control = createTaskControl(this.#context, this.#engine);
    const rule: TaskHandlesOptions['rule'] = (params, caller) => this.#ruleOf(params, caller);
    this.#handlesOptions = { context: this.#context, control: this.#control, rule };
  }

  /** Puts the dialect of 2025-11-25 around the servers of `host`. */
  inSessions(host: ServerHost, hold: HoldSession): ServerHost {
    const rules = createToolRules(this.#options.taskTools);
    const shared = { context: this.#context, control: this.#control, watches: this.#watches, rules };
    const served = withSessionTasks(shared, host, hold);
    this.#runInSession = served.run;
    return served.host;
  }

  /** Puts the extension of 2026-07-28 around `handler`. */
  around(handler: ModernHandler, requestState: RequestState): ModernHandler {
    this.#runCall = createCallRunner(this.#context, handler, requestState);
    this.#ruleOf = (params, caller) => handler.taskRule(callWith(params), caller, neverGone);
    this.#abandon = (call, state) => {
      const request = awaitedRequest(call, state);
      if (request !== undefined) handler.abandon(request, callerOf(call));
    };
    return withModernTasks({
      handler,
      requestState,
      context: this.#context,
      engine: this.#engine,
      control: this.#control,
      listeners: new TaskListeners(this.#watches),
      deadlines: (afterMs) => this.#deadlinesOf(afterMs),
    });
  }

  /** What the code of a server may do with tasks. */
  handles(owner: () => HandleOwner): TaskHandles {
    return createTaskHandles(this.#handlesOptions, owner);
  }

  /** Begins to take tasks from the queue. */
  start(): Promise<void> {
    return this.#engine.start();
  }

  /** The number of tasks from the queue that run here. */
  get busy(): number {
    return this.#engine.busy;
  }

  /** Acts on a message of another pod. */
  receive(message: Extract<InboxMessage, { readonly task: string }>): void {
    if (message.type === 'task-changed') this.#watches.changed(message.task);
    else this.#cancelled(message.task, message.state);
  }

  /** Messages of other pods may have been missed. */
  missed(): void {
    this.#watches.recheck();
    this.#engine.recheck();
  }

  /** Another pod is lost. */
  inherit(pod: string): Promise<void> {
    return this.#engine.inherit(pod);
  }

  /** Takes no more tasks. */
  async drain(): Promise<void> {
    await this.#engine.drain();
  }

  /** Gives the tasks that still run here to other pods. */
  async close(): Promise<void> {
    setTimeout(() => this.#closing.abort(), CLOSE_WITHIN_MS).unref();
    await this.#engine.close().catch((err: unknown) => {
      this.#context.log.warn({ err }, 'the tasks of this pod could not be given away; other pods will take them over');
    });
    await this.#context.background.settled();
    this.#watches.close();
  }

  #run: RunTask = (task, run) => {
    const runner = task.call.session === undefined ? this.#runCall : this.#runInSession;
    return runner === undefined
      ? Promise.reject(new Error('This server does not serve such tasks.'))
      : runner(task, run);
  };

  #cancelled(id: string, state: string | undefined): void {
    this.#engine.cancelled(id);
    if (state === undefined) return;
    const { tasks, background } = this.#context;
    const abandoned = tasks.read(id).then((task) => task && this.#abandon(task.call, state));
    background.run('abandon the handler of a task', abandoned);
  }

  /** One timer for all calls that may run equally long. */
  #deadlinesOf(afterMs: number): Deadlines {
    const { now, log } = this.#options;
    const deadlines = this.#deadlines.get(afterMs) ?? createDeadlines(afterMs, now, log);
    this.#deadlines.set(afterMs, deadlines);
    return deadlines;
  }

  #changed(task: ChangedTask, watching: readonly string[]): void {
    const { pod, background } = this.#context;
    for (const other of watching) {
      if (other === pod) this.#watches.changed(task.id);
      // If the message is lost, the other pod reads the task again by itself.
      else background.run('tell of a task', this.#context.send(other, { type: 'task-changed', task: task.id }));
    }
    const { session } = task.call;
    if (session !== undefined)
      background.run('tell a session of its task', this.#context.tellSession(session, statusNotification(task)));
  }
}
