import type { JsonRpcError, JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { isOver, type Task } from '../../core/task/task.ts';
import type { Watches } from '../engine/watches.ts';
import { taskNotFound } from '../limits.ts';
import { relatedTo } from './related.ts';

/** Sends the client a question of the task. */
export type SendQuestion = (question: JsonRpcRequest) => void;

/**
 * Answers `tasks/result`: waits until the task is over, on whichever pod it runs, and meanwhile sends the client the task's questions. Undefined: the
 * client has cancelled this request.
 */
export async function awaitResult(
  watches: Watches,
  owner: string,
  request: JsonRpcRequest,
  send: SendQuestion,
  signal: AbortSignal,
): Promise<JsonRpcResponse | undefined> {
  const { id, params } = request;
  const { promise, resolve } = Promise.withResolvers<JsonRpcResponse | undefined>();
  const sent = new Set<string>();
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  const stop = await watches.watch(String(params?.['taskId']), owner, (task) => {
    if (task === undefined || task.call.owner !== owner) return resolve(taskNotFound(id));
    if (isOver(task)) return resolve(resultOf(id, task));
    for (const [key, question] of Object.entries(task.questions)) {
      if (sent.has(key)) continue;
      sent.add(key);
      send(JSON.parse(question) as JsonRpcRequest);
    }
  });
  return promise.finally(stop);
}

/** Exactly what the call would have been answered with, and which task it belongs to (MCP 2025-11-25, Tasks). */
function resultOf(id: JsonRpcRequest['id'], task: Task): JsonRpcResponse {
  const { outcome } = task;
  if (outcome === undefined) return rpcError(id, RPC.internal, 'The task was cancelled.', { reason: 'cancelled' });
  const value = JSON.parse(outcome.json) as unknown;
  if (outcome.kind === 'error') return { jsonrpc: '2.0', id, error: value as JsonRpcError };
  const { resultType: _, ...result } = value as Record<string, unknown>;
  return { jsonrpc: '2.0', id, result: relatedTo(task.id, result) };
}
