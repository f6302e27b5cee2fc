import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { bindingOf, type RequestState } from '../../core/state/request-state.ts';
import type { TaskPause } from '../../core/store/task-store.ts';
import type { Task, TaskCall } from '../../core/task/task.ts';
import { callerOf, TASK_ID_META } from '../owner.ts';

/** The progress token of runs whose client sent none. */
export const OWN_TOKEN = 'anypod/task';

/** What is stored of a request state: the server's own state, or one that another part of anypod has made and reads itself. */
type StoredState = { readonly state: string; readonly once: boolean } | { readonly asItIs: string };

/** The `tools/call` of a task's next run. It has the answers to the questions of the last one. */
export function requestOf(task: Task, requestState: RequestState): JsonRpcRequest {
  const { call, answers, state } = task;
  const meta = { progressToken: OWN_TOKEN, ...(call.params['_meta'] as object | undefined), [TASK_ID_META]: task.id };
  const params = { ...call.params, _meta: meta };
  if (Object.keys(answers).length === 0) return requestFor(call, params);
  const given = Object.entries(answers).map(([key, json]) => [key.slice(key.indexOf('.') + 1), JSON.parse(json)]);
  const { requestState: _, ...rest } = params as Record<string, unknown>;
  return requestFor(call, {
    ...rest,
    inputResponses: Object.fromEntries(given),
    ...(state !== undefined && { requestState: sealed(JSON.parse(state) as StoredState, call, requestState) }),
  });
}

/**
 * The request that would bring the answers for which a handler waits. Undefined: the state is the server's own, so the handler has ended and waits for
 * nothing.
 */
export function awaitedRequest(call: TaskCall, state: string): JsonRpcRequest | undefined {
  const stored = JSON.parse(state) as StoredState;
  if (!('asItIs' in stored)) return undefined;
  return requestFor(call, { ...call.params, requestState: stored.asItIs });
}

/**
 * The questions of an `input_required` result. Their keys get the number of the run as a prefix, so that no key is used twice. The state is stored
 * open and sealed again for the next run, because a task may wait longer than a seal lasts.
 */
export function pauseOf(
  { result = {} }: JsonRpcResponse,
  run: number,
  call: TaskCall,
  requestState: RequestState,
): TaskPause | undefined {
  const { resultType, inputRequests, requestState: seal } = result;
  if (resultType !== 'input_required') return undefined;
  const asked = Object.entries((inputRequests ?? {}) as Record<string, unknown>);
  const questions = Object.fromEntries(asked.map(([key, request]) => [`${run}.${key}`, JSON.stringify(request)]));
  if (typeof seal !== 'string') return { questions, parked: false };
  const opened = requestState.open(seal, bindingFor(call));
  const state: StoredState =
    opened === undefined ? { asItIs: seal } : { state: opened.state, once: opened.once !== undefined };
  return { questions, state: JSON.stringify(state), parked: false };
}

function sealed(stored: StoredState, call: TaskCall, requestState: RequestState): string {
  if ('asItIs' in stored) return stored.asItIs;
  return requestState.seal(stored.state, bindingFor(call), stored.once);
}

function bindingFor(call: TaskCall): string {
  return bindingOf(requestFor(call, call.params), callerOf(call));
}

function requestFor({ tool }: TaskCall, params: Readonly<Record<string, unknown>>): JsonRpcRequest {
  return { jsonrpc: '2.0', id: `task ${tool}`.slice(0, 256), method: 'tools/call', params };
}
