import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError, serverClosed } from '../../core/json/rpc-error.ts';
import type { HostedServer, Outlet, Related } from '../../core/server-host.ts';
import type { Task } from '../../core/task/task.ts';
import type { TaskContext } from '../engine/context.ts';
import { outcomeOf } from '../engine/outcome.ts';
import { progressText } from '../engine/progress.ts';
import type { TaskRun } from '../engine/task-run.ts';
import { callerOf, TASK_ID_META } from '../owner.ts';
import { relatedTo } from './related.ts';

/** Runs of clients' requests count up from 1, those of the host down from -1, and those of tasks up from here. */
const FIRST_RUN = 2 ** 40;
/** The progress token of runs whose client sent none. */
const OWN_TOKEN = 'anypod/task';

/** How many polls a client may miss before a question goes to its standing stream, and how long that takes at least, ms. */
const POLLS = 2;
const MIN_WAIT_MS = 1000;

interface Running {
  readonly run: TaskRun;
  /** The questions that wait for an answer. */
  readonly questions: Set<string>;
  readonly respond: (response: JsonRpcResponse | undefined) => void;
}

/** The tasks that one session's server runs on this pod. */
export class TaskRuns {
  readonly #context: TaskContext;
  readonly #outlet: Outlet;
  readonly #running = new Map<number, Running>();
  #last = FIRST_RUN;

  /** `outlet` gets everything that does not concern a task. */
  constructor(context: TaskContext, outlet: Outlet) {
    this.#context = context;
    this.#outlet = outlet;
  }

  /** Runs a task on `server`. */
  async run(server: HostedServer, task: Task, run: TaskRun): Promise<void> {
    const number = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<JsonRpcResponse | undefined>();
    this.#running.set(number, { run, questions: new Set(), respond: resolve });
    const abort = () => {
      server.abort(number, 'the task was cancelled');
      resolve(undefined);
    };
    run.signal.addEventListener('abort', abort, { once: true });
    try {
      server.request(number, requestOf(task), { caller: callerOf(task.call) });
      if (run.signal.aborted) abort();
      const response = await promise;
      if (response !== undefined) await run.end(outcomeOf(response, this.#context.limits.resultBytes));
    } finally {
      this.#running.delete(number);
    }
  }

  /** The outlet for the server. It takes what concerns tasks. */
  get outlet(): Outlet {
    const inner = this.#outlet;
    return {
      ...inner,
      respond: (number, response) => {
        const running = this.#running.get(number);
        if (running === undefined) inner.respond(number, response);
        else running.respond(response);
      },
      ask: (question, request, related) => this.#ask(question, request, related),
      withdraw: (question, notification, related) => this.#withdraw(question, notification, related),
      notify: (notification, related) => this.#notify(notification, related),
      awaits: (number) => this.#running.has(number) || inner.awaits(number),
      closed: () => {
        for (const { respond } of this.#running.values()) respond(serverClosed(null));
        inner.closed();
      },
    };
  }

  /** The client has answered a question of the server. */
  answered(question: string): void {
    for (const { run, questions } of this.#running.values()) {
      if (questions.delete(question)) this.#context.background.run('resume a task', run.resume(question));
    }
  }

  /** The server is being closed. Its tasks cannot go on. */
  close(): void {
    const message = 'The session of this task ended before the task did.';
    for (const { respond } of this.#running.values()) {
      respond(rpcError(null, RPC.internal, message, { reason: 'session_ended' }));
    }
  }

  async #ask(question: string, request: JsonRpcRequest, related: Related | undefined): Promise<void> {
    const running = this.#of(related);
    if (running === undefined || related === undefined) return this.#outlet.ask(question, request, related);
    const { run, questions } = running;
    const deliver = async (data: string) => {
      questions.add(question);
      await run.pause({ questions: { [question]: data }, parked: true });
      const wait = Math.max(MIN_WAIT_MS, POLLS * run.call.pollIntervalMs);
      setTimeout(
        () => this.#context.background.run('send a question', this.#stand(running, question, data)),
        wait,
      ).unref();
    };
    const asked = { ...request, params: relatedTo(run.id, request.params) };
    await this.#outlet.ask(question, asked, { ...related, deliver });
  }

  /**
   * A client should ask for the result when its task needs input, and gets the questions there. Some only listen to their standing stream. They get the
   * question there if nobody has asked for the result by now.
   */
  async #stand({ run, questions }: Running, question: string, data: string): Promise<void> {
    if (run.over || !questions.has(question)) return;
    const task = await this.#context.tasks.read(run.id);
    if (task?.watching.length === 0) await this.#outlet.notify(JSON.parse(data) as JsonRpcNotification, undefined);
  }

  async #withdraw(question: string, notification: JsonRpcNotification, related: Related | undefined): Promise<void> {
    if (this.#of(related) === undefined) return this.#outlet.withdraw(question, notification, related);
    this.answered(question);
    await this.#outlet.withdraw(question, notification, undefined);
  }

  async #notify(notification: JsonRpcNotification, related: Related | undefined): Promise<void> {
    const running = this.#of(related);
    if (running === undefined) return this.#outlet.notify(notification, related);
    const text = progressText(notification);
    if (text !== undefined) running.run.report(text);
    else await this.#outlet.notify(notification, undefined);
  }

  #of(related: Related | undefined): Running | undefined {
    return related === undefined ? undefined : this.#running.get(related.run);
  }
}

/** The `tools/call` of a task. It has a progress token, so that its handler reports progress. */
function requestOf({ id, call: { params } }: Task): JsonRpcRequest {
  const meta = { progressToken: OWN_TOKEN, ...(params['_meta'] as object | undefined), [TASK_ID_META]: id };
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { ...params, _meta: meta } };
}
