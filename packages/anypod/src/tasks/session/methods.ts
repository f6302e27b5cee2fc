import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { isOver } from '../../core/task/task.ts';
import type { TaskControl } from '../control.ts';
import type { TaskContext } from '../engine/context.ts';
import { taskNotFound } from '../limits.ts';
import { taskView } from './views.ts';

/** The methods of 2025-11-25 that are answered at once. */
export const QUICK_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/list', 'tasks/cancel']);

const PAGE = 50;
/** What `TaskPage.next` looks like. */
const CURSOR = /^\d{1,16}(\/\d{1,9})?$/;

/** Answers `tasks/get`, `tasks/list` and `tasks/cancel` of an owner. */
export async function answerTaskMethod(
  control: TaskControl,
  { tasks }: TaskContext,
  owner: string,
  request: JsonRpcRequest,
): Promise<JsonRpcResponse> {
  const { id, method, params } = request;
  const result = (value: Record<string, unknown>): JsonRpcResponse => ({ jsonrpc: '2.0', id, result: value });
  if (method === 'tasks/list') {
    const cursor = params?.['cursor'];
    if (cursor !== undefined && (typeof cursor !== 'string' || !CURSOR.test(cursor))) {
      return rpcError(id, RPC.invalidParams, 'This is not a cursor of tasks/list. Begin without one.');
    }
    const page = await tasks.list(owner, PAGE, cursor);
    return result({ tasks: page.tasks.map(taskView), ...(page.next !== undefined && { nextCursor: page.next }) });
  }
  const task = await control.read(String(params?.['taskId']), owner);
  if (task === undefined) return taskNotFound(id);
  if (method === 'tasks/get') return result(taskView(task));
  if (isOver(task) || !(await control.cancel(task))) {
    return rpcError(id, RPC.invalidParams, 'This task has ended, so it cannot be cancelled.');
  }
  return result(taskView({ ...task, phase: 'cancelled', updatedAt: Date.now() }));
}
