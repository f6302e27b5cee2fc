import type { JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import type { TaskContext } from './engine/context.ts';

/** The error for a caller that has too many unfinished tasks. It is counted. */
export function tooManyTasks(id: RequestId, context: TaskContext): JsonRpcResponse {
  return rpcError(id, RPC.internal, tooManyText(context), { reason: 'task_limit' });
}

/** Says what to do about too many tasks, and counts it. */
export function tooManyText({ limits, meter }: TaskContext): string {
  meter.limited('task_limit');
  return `You have ${limits.unfinished} tasks that have not ended. Wait until one ends, or cancel one.`;
}

/** The error for an unknown task. It is the same for a task of another owner. */
export function taskNotFound(id: RequestId): JsonRpcResponse {
  return rpcError(id, RPC.invalidParams, 'Task not found: it expired, or never existed.');
}
