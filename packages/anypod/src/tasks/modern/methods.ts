import type { Caller } from '../../core/caller.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Reply } from '../../core/reply.ts';
import type { Task } from '../../core/task/task.ts';
import type { TaskControl } from '../control.ts';
import { taskNotFound } from '../limits.ts';
import { ownerOf } from '../owner.ts';
import { answer } from './queue-call.ts';
import { detailedView } from './views.ts';

/** The methods of the extension (SEP-2663). */
export const TASK_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);

const ACKNOWLEDGED = '{"resultType":"complete"}';

/** Answers `tasks/get`, `tasks/update` and `tasks/cancel`. */
export async function serveTaskMethod(
  control: TaskControl,
  request: JsonRpcRequest,
  caller: Caller,
  reply: Reply,
): Promise<void> {
  const id = request.params?.['taskId'];
  const task = typeof id === 'string' ? await control.read(id, ownerOf(caller, undefined)) : undefined;
  const result = task === undefined ? taskNotFound(request.id) : await act(control, request, task);
  const refused = typeof result !== 'string';
  reply.watch.answered(refused);
  reply.json(200, refused ? JSON.stringify(result) : answer(request, result));
}

/** JSON of the result, or an error. */
async function act(control: TaskControl, request: JsonRpcRequest, task: Task): Promise<string | JsonRpcResponse> {
  if (request.method === 'tasks/get') return detailedView(task, { resultType: 'complete' });
  if (request.method === 'tasks/cancel') await control.cancel(task);
  else {
    const given = request.params?.['inputResponses'];
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      return rpcError(request.id, RPC.invalidParams, 'tasks/update needs params.inputResponses, an object.');
    }
    await control.answer(task, given as Record<string, unknown>);
  }
  return ACKNOWLEDGED;
}
