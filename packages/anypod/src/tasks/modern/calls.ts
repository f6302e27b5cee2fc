import type { Deadlines, Late } from '../../core/deadlines.ts';
import { departureOf } from '../../core/departure.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { ModernHandler } from '../../core/server-host.ts';
import type { RequestState } from '../../core/state/request-state.ts';
import type { TaskSummary } from '../../core/task/task.ts';
import type { TaskRule } from '../../core/task/task-rule.ts';
import { retryWhileStoreAway } from '../../pod/context/store-retry.ts';
import { newCall } from '../begin-task.ts';
import type { TaskContext } from '../engine/context.ts';
import type { TaskEngine } from '../engine/engine.ts';
import type { TaskRun } from '../engine/task-run.ts';
import { HandBackReply } from './hand-back-reply.ts';
import { answer, queueCall, type ToolCall } from './queue-call.ts';
import { OWN_TOKEN } from './rounds.ts';
import { settle } from './run-call.ts';
import { createdView } from './views.ts';

export interface TaskCallsOptions {
  readonly context: TaskContext;
  readonly engine: TaskEngine;
  readonly handler: ModernHandler;
  readonly requestState: RequestState;
  /** Tells an entry when `afterMs` have passed. */
  readonly deadlines: (afterMs: number) => Deadlines;
}

/** The calls of clients that declare the extension. */
export interface TaskCalls {
  /** Stores the call as a queued task, and answers with the task. */
  queue(call: ToolCall, rule: TaskRule): Promise<void>;
  /** Serves the call. If it takes too long, makes it a task and answers with the task. */
  serve(call: ToolCall, rule: TaskRule): Promise<void>;
}

export function createTaskCalls(options: TaskCallsOptions): TaskCalls {
  const { context, engine, handler, requestState, deadlines } = options;
  const { tasks, limits, random, pod, log, meter } = context;

  /** Makes a running call a task. Undefined: it could not be stored, and goes on as a call. */
  async function adopt(
    { body, caller, trace }: ToolCall,
    rule: TaskRule,
  ): Promise<{ run: TaskRun; task: TaskSummary } | undefined> {
    const call = newCall(body.params ?? {}, caller, rule, trace);
    const id = random();
    try {
      if ((await tasks.create(id, call, limits.unfinished, pod)) === 'full') return undefined;
    } catch (err) {
      log.warn({ err, tool: call.tool }, 'a long call could not become a task; it goes on as a call');
      // Perhaps only the reply was lost.
      const cancelled = retryWhileStoreAway(context, () => tasks.cancel(id, call.owner));
      context.background.run('cancel a task that nobody knows', cancelled);
      return undefined;
    }
    meter.task('handed_back');
    const task = { id, call, phase: 'running', run: 1, losses: 0, updatedAt: call.createdAt } as const;
    return { run: engine.adopt(task), task };
  }

  async function handBack(
    received: ToolCall,
    rule: TaskRule,
    reply: HandBackReply,
    stop: AbortController,
  ): Promise<void> {
    if (!reply.hold()) return;
    const adopted = await adopt(received, rule);
    if (adopted === undefined) return reply.goOn();
    const { run, task } = adopted;
    run.signal.addEventListener('abort', () => stop.abort(), { once: true });
    if (run.signal.aborted) stop.abort();
    const respond = (response: JsonRpcResponse) => {
      const settled = settle(run, response, requestState, context).finally(() => engine.forget(run));
      context.background.run('end a task', settled);
    };
    reply.handTo({ respond, report: (message) => run.report(message) }, answer(received.body, createdView(task)));
    if (!received.departure.signal().aborted) return;
    // The client has gone before it got the task's id, so nobody can ask for the result.
    context.background.run('cancel a task that nobody knows', engine.cancel(run));
  }

  return {
    queue: (call, rule) => queueCall(options, call, rule),

    async serve(received, rule) {
      const { body, caller, departure } = received;
      const stop = new AbortController();
      const timer = deadlines(rule.afterMs);
      const late: Late = {
        late: () => context.background.run('hand a call back', handBack(received, rule, reply, stop)),
      };
      const deadline = timer.add(late);
      const reply = new HandBackReply(received.reply, () => timer.remove(deadline));
      departure.onGone(() => {
        if (!reply.handed) stop.abort();
      });
      try {
        await handler.serve(
          withToken(body),
          caller,
          departureOf(() => stop.signal),
          reply,
        );
      } catch (error) {
        timer.remove(deadline);
        if (!reply.settled) throw error;
        log.warn({ err: error }, 'a call failed after it became a task');
        reply.json(200, JSON.stringify(rpcError(body.id, RPC.internal, 'Internal error')));
      }
    },
  };
}

/** The request with a progress token, so that its handler reports progress. */
function withToken(body: JsonRpcRequest): JsonRpcRequest {
  const meta = { progressToken: OWN_TOKEN, ...(body.params?.['_meta'] as object | undefined) };
  return { ...body, params: { ...body.params, _meta: meta } };
}
