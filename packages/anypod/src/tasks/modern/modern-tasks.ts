import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import type { WebReply } from '../../core/reply.ts';
import type { ModernHandler } from '../../core/server-host.ts';
import type { TaskRule } from '../../core/task/task-rule.ts';
import type { TaskControl } from '../control.ts';
import { createTaskCalls, type TaskCallsOptions } from './calls.ts';
import { withExtension } from './discovery.ts';
import { declaresTasks, isFramed, missingExtension } from './extension.ts';
import { listenedTasks, type TaskListeners } from './listen.ts';
import { serveTaskMethod, TASK_METHODS } from './methods.ts';
import type { ToolCall } from './queue-call.ts';

export interface ModernTasksOptions extends TaskCallsOptions {
  readonly control: TaskControl;
  readonly listeners: TaskListeners;
}

/**
 * Serves the extension `io.modelcontextprotocol/tasks` (SEP-2663) around a handler of 2026-07-28. The server decides which calls become tasks.
 * Everything else goes to the handler.
 */
export function withModernTasks(options: ModernTasksOptions): ModernHandler {
  const { handler, control, listeners } = options;
  const calls = createTaskCalls(options);

  function refuse({ body, reply }: ToolCall, what: string): void {
    reply.watch.answered(true);
    reply.json(400, JSON.stringify(missingExtension(body.id, what)));
  }

  function byRule(call: ToolCall, rule: TaskRule): Promise<void> {
    const { body, caller, departure, reply } = call;
    const able = declaresTasks(body);
    const waits = rule.mode === 'never' || (rule.mode === 'auto' && !able);
    if (waits || !isFramed(body, caller.headers, body.params?.['name']))
      return handler.serve(body, caller, departure, reply);
    return asTask(call, rule, able);
  }

  async function asTask(call: ToolCall, rule: TaskRule, able: boolean): Promise<void> {
    if (!able) return refuse(call, `The tool ${String(call.body.params?.['name'])} runs as a task, which`);
    await (rule.mode === 'always' ? calls.queue(call, rule) : calls.serve(call, rule));
  }

  function toolCall(call: ToolCall): Promise<void> {
    const { body, caller, departure } = call;
    const rule = handler.taskRule(body, caller, departure);
    return rule instanceof Promise ? rule.then((found) => byRule(call, found)) : byRule(call, rule);
  }

  async function method(call: ToolCall): Promise<void> {
    const { body, caller, departure, reply } = call;
    if (!isFramed(body, caller.headers, body.params?.['taskId'])) return handler.serve(body, caller, departure, reply);
    if (!declaresTasks(body)) return refuse(call, body.method);
    await serveTaskMethod(control, body, caller, reply);
  }

  async function listen(call: ToolCall, ids: readonly string[]): Promise<void> {
    const { body, caller, departure, reply } = call;
    if (!isFramed(body, caller.headers, undefined)) return handler.serve(body, caller, departure, reply);
    if (!declaresTasks(body)) return refuse(call, 'subscriptions/listen with taskIds');
    await handler.serve(body, caller, departure, await listeners.listen(body, ids, caller, reply));
  }

  return {
    takesInitialize: handler.takesInitialize,
    serve(parsed, caller, departure, reply: WebReply) {
      const body = parsed as JsonRpcRequest;
      const call = { body, caller, departure, reply, trace: options.context.traces?.here() };
      if (body.id === undefined) return handler.serve(parsed, caller, departure, reply);
      if (body.method === 'tools/call') return toolCall(call);
      if (TASK_METHODS.has(body.method)) return method(call);
      if (body.method === 'server/discover') return handler.serve(parsed, caller, departure, withExtension(reply));
      const ids = listenedTasks(body);
      return ids === undefined ? handler.serve(parsed, caller, departure, reply) : listen(call, ids);
    },
    taskRule: handler.taskRule,
    identityOf: handler.identityOf,
    continues: handler.continues,
    abandon: handler.abandon,
    get busy() {
      return handler.busy;
    },
    async drain() {
      listeners.end();
      await handler.drain();
    },
    async close() {
      listeners.end();
      await handler.close();
    },
  };
}
