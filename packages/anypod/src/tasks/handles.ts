import { type AuthInfo, BACKGROUND_CALLER, type Caller } from '../core/caller.ts';
import { AnypodError } from '../core/errors.ts';
import { type JsonValue, writeValue } from '../core/json/json-value.ts';
import { FIRST_MODERN_VERSION, VERSION_META_KEY } from '../core/session/protocol-version.ts';
import type { Task, TaskSummary } from '../core/task/task.ts';
import type { StartTaskOptions, TaskDetails, TaskHandles, TaskStatus } from '../core/task/task-handles.ts';
import { MAX_TASK_TTL_MS, type TaskRule } from '../core/task/task-rule.ts';
import { beginTask, newCall } from './begin-task.ts';
import type { TaskControl } from './control.ts';
import type { TaskContext } from './engine/context.ts';
import { tooManyText } from './limits.ts';
import { FORM } from './modern/run-call.ts';
import { ownerOf } from './owner.ts';

const PAGE = 50;
const MOST_KEY = 256;
const MOST_MESSAGE = 1000;

/** For whom a server was built. */
export interface HandleOwner {
  readonly authInfo: AuthInfo | undefined;
  /** Undefined: the server serves a call of 2026-07-28. */
  readonly session: string | undefined;
}

export interface TaskHandlesOptions {
  readonly context: TaskContext;
  readonly control: TaskControl;
  /** The rule of a tool. */
  rule(params: Readonly<Record<string, unknown>>, caller: Caller): TaskRule | Promise<TaskRule>;
}

/** What a server's own code may do with tasks. `owner` tells for whom it runs now. */
export function createTaskHandles(options: TaskHandlesOptions, owner: () => HandleOwner): TaskHandles {
  const { context, control } = options;

  const ownerId = () => ownerOf(asCaller(owner().authInfo), undefined);

  return {
    async start(tool, args = {}, { ttlMs, key, authInfo = owner().authInfo } = {}) {
      check(ttlMs, key);
      const caller = callerFor(tool, authInfo);
      const params = paramsFor(tool, args);
      const rule = await options.rule(params, caller);
      if (rule.mode === 'never') {
        throw new AnypodError('task_refused', `The tool ${tool} runs in no task: its mode is never.`);
      }
      const kept = { ...rule, ttlMs: ttlMs ?? rule.ttlMs };
      const call = { ...newCall(params, caller, kept, context.traces?.here()), owner: ownerId() };
      const repeats = key === undefined ? undefined : repeatsOf(owner(), call.owner, tool, key);
      const task = await beginTask(context, call, repeats);
      if (task === undefined) throw new AnypodError('task_limit', tooManyText(context));
      return statusOf(task);
    },

    async get(id) {
      const task = await control.read(String(id), ownerId());
      return task && detailsOf(task);
    },

    async list(cursor) {
      if (owner().authInfo === undefined) return { tasks: [] };
      const { tasks, next } = await context.tasks.list(ownerId(), PAGE, cursor);
      return { tasks: tasks.map(statusOf), ...(next !== undefined && { next }) };
    },

    async report(id, message) {
      const task = await control.read(String(id), ownerId());
      return task !== undefined && control.report(task, String(message).slice(0, MOST_MESSAGE));
    },

    async cancel(id) {
      const task = await control.read(String(id), ownerId());
      return task !== undefined && control.cancel(task);
    },
  };
}

function check(ttlMs: StartTaskOptions['ttlMs'], key: StartTaskOptions['key']): void {
  if (ttlMs !== undefined && !(Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= MAX_TASK_TTL_MS)) {
    throw new RangeError(`ttlMs must be a whole number from 1 to ${MAX_TASK_TTL_MS} (7 days).`);
  }
  if (key !== undefined && !(typeof key === 'string' && key !== '' && key.length <= MOST_KEY)) {
    throw new TypeError(`key must be a string of 1 to ${MOST_KEY} characters.`);
  }
}

const asCaller = (authInfo: AuthInfo | undefined): Caller =>
  authInfo === undefined ? BACKGROUND_CALLER : { ...BACKGROUND_CALLER, authInfo };

/** The caller of the task's run, with the headers that 2026-07-28 requires. */
function callerFor(tool: string, authInfo: AuthInfo | undefined): Caller {
  const mirrors = { 'mcp-protocol-version': FIRST_MODERN_VERSION, 'mcp-method': 'tools/call', 'mcp-name': tool };
  return { ...asCaller(authInfo), headers: { ...FORM, ...mirrors } };
}

/** The params of the task's run. Its client can do nothing, because there is none. */
function paramsFor(tool: string, args: Readonly<Record<string, JsonValue>>): Record<string, unknown> {
  const _meta = {
    [VERSION_META_KEY]: FIRST_MODERN_VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'anypod', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return { name: tool, arguments: JSON.parse(writeValue('The arguments', args)) as object, _meta };
}

const repeatsOf = ({ authInfo, session }: HandleOwner, owner: string, tool: string, key: string) => ({
  of: JSON.stringify(['start', owner, (authInfo === undefined && session) || null, tool, key]),
  join: () => true,
});

function statusOf({ id, call, phase, kind, message }: TaskSummary): TaskStatus {
  const { tool, createdAt, ttlMs } = call;
  const ended = kind === 'result' ? 'completed' : 'failed';
  return {
    id,
    tool,
    state: phase === 'ended' ? ended : phase,
    ...(message !== undefined && { message }),
    createdAt,
    ttlMs,
  };
}

function detailsOf(task: Task): TaskDetails {
  const { outcome } = task;
  if (outcome === undefined) return statusOf(task);
  const end = JSON.parse(outcome.json) as never;
  return { ...statusOf(task), ...(outcome.kind === 'error' ? { error: end } : { result: end }) };
}
