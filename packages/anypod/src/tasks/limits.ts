import type { JsonRpcResponse, RequestId } from '../core/json-rpc.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';
import type { TaskContext } from './engine/context.ts';

/** The error for a caller that has too many unfinished tasks. It is counted. */
export function tooManyTasks(id: RequestId, { limits, meter }: TaskContext): JsonRpcResponse {
  meter.limited('task_limit');
  const most = limits.unfinished;
  const message = `You have ${most} tasks that have not ended. Wait until one ends, or cancel one.`;
  return rpcError(id, RPC.internal, message, { reason: 'task_limit' });
}

/** The error for an unknown task. It is the same for a task of another owner. */
export function taskNotFound(id: RequestId): JsonRpcResponse {
  return rpcError(id, RPC.invalidParams, 'Task not found: it expired, or never existed.');
}
