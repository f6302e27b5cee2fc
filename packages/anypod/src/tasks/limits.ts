import type { JsonRpcResponse, RequestId } from '../core/json-rpc.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';

/** The error for a caller that has too many unfinished tasks. */
export function tooManyTasks(id: RequestId, most: number): JsonRpcResponse {
  return rpcError(id, RPC.internal, tooManyText(most), { reason: 'task_limit' });
}

export function tooManyText(most: number): string {
  return `You have ${most} tasks that have not ended. Wait until one ends, or cancel one.`;
}

/** The error for an unknown task. It is the same for a task of another owner. */
export function taskNotFound(id: RequestId): JsonRpcResponse {
  return rpcError(id, RPC.invalidParams, 'Task not found: it expired, or never existed.');
}
