import type { Caller } from '../../core/caller.ts';
import { isResponse, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { DeliveryOptions, HostedServer, Outlet } from '../../core/server-host.ts';
import { MAX_TASK_TTL_MS, type TaskRule } from '../../core/task/task-rule.ts';
import { beginTask, newCall } from '../begin-task.ts';
import type { TaskControl } from '../control.ts';
import type { TaskContext } from '../engine/context.ts';
import type { Watches } from '../engine/watches.ts';
import { tooManyTasks } from '../limits.ts';
import { ownerOf } from '../owner.ts';
import { answerTaskMethod, QUICK_METHODS } from './methods.ts';
import { awaitResult } from './task-result.ts';
import type { TaskRuns } from './task-runs.ts';
import type { ToolRules } from './tool-rules.ts';
import { taskView } from './views.ts';

/**
 * How long after a call another one with its request id counts as its repeat, ms. Not longer: a client that resumes a session in a new process may count its
 * ids from the beginning.
 */
const REPEATED_WITHIN_MS = 60_000;

/** What the servers of all sessions share. */
export interface SessionTasks {
  readonly context: TaskContext;
  readonly control: TaskControl;
  readonly watches: Watches;
  readonly rules: ToolRules;
}

/** A session's server that also serves the tasks of 2025-11-25. */
export class SessionServer {
  readonly #shared: SessionTasks;
  readonly #session: string;
  readonly #inner: HostedServer;
  readonly #outlet: Outlet;
  readonly #runs: TaskRuns;
  /** Requests for results that wait. */
  readonly #waiting = new Map<number, AbortController>();

  constructor(shared: SessionTasks, session: string, inner: HostedServer, outlet: Outlet, runs: TaskRuns) {
    this.#shared = shared;
    this.#session = session;
    this.#inner = inner;
    this.#outlet = outlet;
    this.#runs = runs;
  }

  /** The server as the pod sees it. */
  get hosted(): HostedServer {
    const inner = this.#inner;
    return {
      ...inner,
      request: (run, request, options) => this.#request(run, request, options),
      deliver: (message, options) => {
        inner.deliver(message, options);
        if (isResponse(message)) this.#runs.answered(String(message.id));
      },
      abort: (run, reason) => {
        this.#waiting.get(run)?.abort();
        inner.abort(run, reason);
      },
      close: async () => {
        for (const waiting of this.#waiting.values()) waiting.abort();
        this.#runs.close();
        await inner.close();
      },
    };
  }

  #request(run: number, request: JsonRpcRequest, options: DeliveryOptions): void {
    const { method } = request;
    if (method === 'tools/call') this.#call(run, request, options);
    else if (method === 'tasks/result' || QUICK_METHODS.has(method)) {
      this.#answer(run, request, this.#serve(run, request, options.caller));
    } else this.#inner.request(run, request, options);
  }

  #serve(run: number, request: JsonRpcRequest, caller: Caller): Promise<JsonRpcResponse | undefined> {
    const { control, context } = this.#shared;
    const owner = ownerOf(caller, this.#session);
    return request.method === 'tasks/result'
      ? this.#result(run, request, owner)
      : answerTaskMethod(control, context, owner, request);
  }

  async #result(run: number, request: JsonRpcRequest, owner: string): Promise<JsonRpcResponse | undefined> {
    const { watches, context } = this.#shared;
    const waiting = new AbortController();
    this.#waiting.set(run, waiting);
    const send = (question: JsonRpcRequest) => {
      const sent = this.#outlet.notify(question, { run, named: false });
      context.background.run('send a question of a task', sent);
    };
    try {
      return await awaitResult(watches, owner, request, send, waiting.signal);
    } finally {
      this.#waiting.delete(run);
    }
  }

  /** Passes a call on, or makes it a task. Waits for nothing if the tool is known. */
  #call(run: number, request: JsonRpcRequest, options: DeliveryOptions): void {
    const { context, rules } = this.#shared;
    const name = String(request.params?.['name']);
    const known = rules.known(name);
    if (known !== undefined) this.#callBy(known, run, request, options);
    else {
      const learnt = rules
        .learn(name, (page) => this.#inner.ask('tools/list', page, options.caller))
        .then((rule) => this.#callBy(rule, run, request, options));
      context.background.run('look up a tool', learnt);
    }
  }

  #callBy(rule: TaskRule, run: number, request: JsonRpcRequest, options: DeliveryOptions): void {
    const asTask = request.params?.['task'] !== undefined;
    if (rule.mode === (asTask ? 'never' : 'always')) this.#outlet.respond(run, otherWay(request, asTask));
    else if (asTask) this.#answer(run, request, this.#begin(request, rule, options.caller));
    else this.#inner.request(run, request, options);
  }

  async #begin({ id, params }: JsonRpcRequest, rule: TaskRule, caller: Caller): Promise<JsonRpcResponse> {
    const { task, ...rest } = params ?? {};
    if (typeof task !== 'object' || task === null) {
      return rpcError(id, RPC.invalidParams, 'params.task must be an object, such as { "ttl": 60000 }.');
    }
    const { context } = this.#shared;
    const rules = { ...rule, ttlMs: ttlOf(task, rule) };
    const call = newCall(rest, caller, rules, context.traces?.here(), this.#session);
    // A request id is used once in a session, so a call with an id that came a short time ago is a repeat.
    const begun = await beginTask(context, call, {
      of: JSON.stringify(['request', this.#session, id, params]),
      join: (first) => call.createdAt - first.call.createdAt < REPEATED_WITHIN_MS,
    });
    if (begun === undefined) return tooManyTasks(id, context);
    return { jsonrpc: '2.0', id, result: { task: taskView(begun) } };
  }

  #answer(run: number, { id }: JsonRpcRequest, answer: Promise<JsonRpcResponse | undefined>): void {
    const { context } = this.#shared;
    const answered = answer.then(
      (response) => response !== undefined && this.#outlet.respond(run, response),
      (err: unknown) => {
        context.log.warn({ err }, 'a request for a task failed');
        const message = 'Tasks cannot be reached now; try again shortly.';
        this.#outlet.respond(run, rpcError(id, RPC.internal, message, { reason: 'store_unavailable' }));
      },
    );
    context.background.run('answer a request for a task', answered);
  }
}

/** The refusal of a call that should have been a task, or should not (MCP 2025-11-25, Tasks: -32601). */
function otherWay({ id, params }: JsonRpcRequest, asTask: boolean): JsonRpcResponse {
  const name = String(params?.['name']);
  const message = asTask
    ? `The tool ${name} does not run as a task. Call it without params.task.`
    : `The tool ${name} runs as a task only. Call it with params.task.`;
  return rpcError(id, RPC.methodNotFound, message);
}

/** How long the client wants the task to be kept, within limits. */
function ttlOf({ ttl }: { ttl?: unknown }, { ttlMs }: TaskRule): number {
  return typeof ttl === 'number' && ttl >= 1 ? Math.min(Math.ceil(ttl), MAX_TASK_TTL_MS) : ttlMs;
}
