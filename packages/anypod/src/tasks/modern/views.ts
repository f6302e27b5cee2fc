import { isOver, type Task, type TaskSummary } from '../../core/task/task.ts';

type Status = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** The status of a task in 2026-07-28. A result that says `isError` is `completed`; `failed` is for JSON-RPC errors. */
function statusOf({ phase, kind }: TaskSummary): Status {
  if (phase === 'waiting') return 'input_required';
  if (phase === 'cancelled') return 'cancelled';
  if (phase !== 'ended') return 'working';
  return kind === 'error' ? 'failed' : 'completed';
}

/** The members that every view of a task has (SEP-2663, Task). */
function taskView(task: TaskSummary): Record<string, unknown> {
  const { id, call, message, updatedAt } = task;
  return {
    taskId: id,
    status: statusOf(task),
    ...(message !== undefined && { statusMessage: message }),
    createdAt: new Date(call.createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs: call.ttlMs,
    pollIntervalMs: call.pollIntervalMs,
  };
}

/** The result of the call that began a task. */
export function createdView(task: TaskSummary): string {
  return JSON.stringify({ resultType: 'task', ...taskView(task) });
}

/** JSON of a task with its result, error or questions (SEP-2663, DetailedTask), and with `more`. */
export function detailedView(task: Task, more: Readonly<Record<string, unknown>> = {}): string {
  const view = JSON.stringify({ ...more, ...taskView(task) });
  const { outcome, phase } = task;
  if (phase === 'waiting') return withMember(view, 'inputRequests', questionsOf(task));
  if (outcome === undefined || !isOver(task)) return view;
  return withMember(view, outcome.kind === 'error' ? 'error' : 'result', outcome.json);
}

function questionsOf({ questions }: Task): string {
  return `{${Object.entries(questions).map(([key, json]) => `${JSON.stringify(key)}:${json}`)}}`;
}

/** Adds a member whose JSON is known, without reading it. */
function withMember(object: string, name: string, json: string): string {
  return `${object.slice(0, -1)},"${name}":${json}}`;
}
