import { setTimeout as delay } from 'node:timers/promises';
import type { JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import { askBeside, sendBeside } from './ask.ts';
import { type ClientCall, type ClientContext, reading } from './context.ts';
import { answersOf } from './events.ts';

const EXTENSION = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** Begins the `requestState` of a question that a task asks: the official client knows questions of calls only. */
const STATE = 'anypod-task:';
const POLL_MS = 1000;

interface SeenTask {
  readonly status: string;
  readonly statusMessage?: string;
  readonly pollIntervalMs?: number;
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

interface TaskState {
  readonly taskId: string;
  /** The questions that have been answered. Their keys are never used again (SEP-2663). */
  readonly answered: readonly string[];
}

/** Declares the extension in the `_meta` of a call of 2026-07-28. Undefined: the client has declared it itself, so its tasks are its own matter. */
export function withTaskExtension(meta: Record<string, unknown>): Record<string, unknown> | undefined {
  const capabilities = (meta[CAPABILITIES] ?? {}) as { readonly extensions?: Record<string, unknown> };
  if (capabilities.extensions?.[EXTENSION] !== undefined) return undefined;
  const extensions = { ...capabilities.extensions, [EXTENSION]: {} };
  return { ...meta, [CAPABILITIES]: { ...capabilities, extensions } };
}

/** The task that the response hands back, if it does. */
export function taskIn({ result }: JsonRpcResponse): TaskState | undefined {
  return result?.['resultType'] === 'task' ? { taskId: String(result['taskId']), answered: [] } : undefined;
}

/** The task whose question the call answers. */
export function taskAnswered({ request }: ClientCall): TaskState | undefined {
  const state = request.params?.['requestState'];
  if (typeof state !== 'string' || !state.startsWith(STATE)) return undefined;
  return JSON.parse(state.slice(STATE.length)) as TaskState;
}

/** Whether a response that asks the client does so for a task. */
export function asksForTask({ result }: JsonRpcResponse): boolean {
  return String(result?.['requestState']).startsWith(STATE);
}

/** Waits for a task in place of the client: yields progress, and at last the response to the call, or the task's next question as the response. */
export async function* settleTask(
  context: ClientContext,
  call: ClientCall,
  task: TaskState,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  const { taskId } = task;
  const { id } = call.request;
  const answers = call.request.params?.['inputResponses'] as Record<string, unknown> | undefined;
  const answered = [...task.answered, ...Object.keys(answers ?? {})];
  if (answers !== undefined)
    await askBeside(context, call, 'tasks/update', { taskId, inputResponses: answers }, signal);
  const token = (call.request.params?.['_meta'] as { readonly progressToken?: RequestId } | undefined)?.progressToken;
  const watching = new AbortController();
  const changed =
    context.tasks === 'follow'
      ? followTask(context, call, taskId, AbortSignal.any([signal, watching.signal]))
      : undefined;
  try {
    for (let seen = 1; ; seen += 1) {
      const { result, error } = await askBeside(context, call, 'tasks/get', { taskId }, signal);
      if (error !== undefined) return yield { jsonrpc: '2.0', id, error };
      const state = result as unknown as SeenTask;
      const end = outcomeOf(id, state, taskId, answered);
      if (end !== undefined) return yield { ...end };
      if (token !== undefined) yield progress(token, seen, state.statusMessage);
      const pause = delay(state.pollIntervalMs ?? POLL_MS, undefined, { signal });
      await (changed === undefined ? pause : Promise.race([changed(), pause]));
    }
  } finally {
    watching.abort();
  }
}

/**
 * Listens for changes of a task (`subscriptions/listen`). Returns what resolves at the next one. When the stream ends, nothing resolves any more, and the
 * task is asked at its own pace.
 */
function followTask(
  context: ClientContext,
  call: ClientCall,
  taskId: string,
  signal: AbortSignal,
): () => Promise<void> {
  let next = Promise.withResolvers<void>();
  const listen = async () => {
    const params = { notifications: { taskIds: [taskId] } };
    const { answer } = await sendBeside(context, call, 'subscriptions/listen', params, signal);
    for await (const { data } of answersOf(answer, reading(context, false))) {
      if (!data.includes('"notifications/tasks"')) continue;
      next.resolve();
      next = Promise.withResolvers();
    }
  };
  void listen().catch(() => undefined);
  return () => next.promise;
}

function progress(progressToken: RequestId, seen: number, message?: string): Record<string, unknown> {
  const params = { progressToken, progress: seen, ...(message !== undefined && { message }) };
  return { jsonrpc: '2.0', method: 'notifications/progress', params };
}

/** The response to the call, once the task has ended or asks something new. */
function outcomeOf(
  id: RequestId,
  task: SeenTask,
  taskId: string,
  answered: readonly string[],
): JsonRpcResponse | undefined {
  if (task.status === 'completed') {
    return { jsonrpc: '2.0', id, result: { resultType: 'complete', ...task.result } };
  }
  if (task.status === 'failed') {
    const error = task.error ?? { code: RPC.internal, message: 'The task failed, and does not say why.' };
    return { jsonrpc: '2.0', id, error };
  }
  if (task.status === 'cancelled') {
    return rpcError(id, RPC.internal, 'The task was cancelled.', { reason: 'cancelled' });
  }
  const open = Object.entries(task.inputRequests ?? {}).filter(([key]) => !answered.includes(key));
  if (task.status !== 'input_required' || open.length === 0) return undefined;
  const requestState = `${STATE}${JSON.stringify({ taskId, answered })}`;
  return {
    jsonrpc: '2.0',
    id,
    result: { resultType: 'input_required', inputRequests: Object.fromEntries(open), requestState },
  };
}
