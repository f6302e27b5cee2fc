import { setTimeout as sleep } from 'node:timers/promises';
import { postModern } from './modern-wire.ts';
import { type Message, messagesOf } from './wire.ts';

const EXTENSION = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

/** `_meta` of a client that declares the extension. */
export const ABLE = { [CAPABILITIES]: { elicitation: {}, extensions: { [EXTENSION]: {} } } };
const UNABLE = { [CAPABILITIES]: { elicitation: {} } };

/** A task of 2026-07-28 as its client sees it. */
export interface SeenTask {
  readonly taskId: string;
  readonly status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  readonly statusMessage?: string;
  readonly result?: { readonly content: readonly { readonly text: string }[]; readonly isError?: boolean };
  readonly error?: { readonly code: number; readonly data?: unknown };
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly ttlMs: number;
}

/** Sends a request of a client with the extension, and returns the last message of the answer. */
export async function send(pod: URL, method: string, params: object, able = true): Promise<Message> {
  const { taskId } = params as { taskId?: string };
  const headers = taskId === undefined ? {} : { 'mcp-name': taskId };
  const _meta = { ...(able ? ABLE : UNABLE), ...(params as { _meta?: object })._meta };
  const response = await postModern(pod, method, { ...params, _meta }, headers);
  return (await messagesOf(response)).at(-1) ?? {};
}

export async function callTool(pod: URL, name: string, args: object, able = true): Promise<Message> {
  return send(pod, 'tools/call', { name, arguments: args }, able);
}

/** Calls a tool, and returns the task that it becomes. */
export async function beginTask(pod: URL, name: string, args: object, _meta: object = {}): Promise<SeenTask> {
  const { result, error } = await send(pod, 'tools/call', { name, arguments: args, _meta });
  if (result?.['resultType'] !== 'task') throw new Error(`no task: ${JSON.stringify(error ?? result)}`);
  return result as unknown as SeenTask;
}

export async function getTask(pod: URL, taskId: string): Promise<SeenTask> {
  const { result, error } = await send(pod, 'tasks/get', { taskId });
  if (result === undefined) throw new Error(`no task: ${JSON.stringify(error)}`);
  return result as unknown as SeenTask;
}

const PATIENCE_MS = 60_000;

/** Asks the pods in turn until the task satisfies `wanted`. */
export async function taskWhen(
  pods: readonly URL[],
  taskId: string,
  wanted: (task: SeenTask) => boolean,
): Promise<SeenTask> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let turn = 0; ; turn += 1) {
    const task = await getTask(pods[turn % pods.length] as URL, taskId);
    if (wanted(task)) return task;
    if (Date.now() > deadline) throw new Error(`not in time: ${JSON.stringify(task)}`);
    await sleep(25);
  }
}

export const isOver = ({ status }: SeenTask): boolean => ['completed', 'failed', 'cancelled'].includes(status);
