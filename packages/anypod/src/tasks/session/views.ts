import type { TaskSummary } from '../../core/task/task.ts';
import type { ChangedTask } from '../engine/context.ts';

type Status = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** The status of a task in 2025-11-25. A result that says `isError` is `failed` there. */
function statusOf({ phase, kind }: Pick<ChangedTask, 'phase' | 'kind'>): Status {
  if (phase === 'waiting') return 'input_required';
  if (phase === 'cancelled') return 'cancelled';
  if (phase !== 'ended') return 'working';
  return kind === 'result' ? 'completed' : 'failed';
}

/** A task as its client sees it (MCP 2025-11-25, Tasks). */
export function taskView(task: ChangedTask | TaskSummary): Record<string, unknown> {
  const { id, call, message, updatedAt } = task;
  return {
    taskId: id,
    status: statusOf(task),
    ...(message !== undefined && { statusMessage: message }),
    createdAt: new Date(call.createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttl: call.ttlMs,
    pollInterval: call.pollIntervalMs,
  };
}

/** The message that tells a client of a task's status. */
export function statusNotification(task: ChangedTask): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tasks/status', params: taskView(task) });
}
