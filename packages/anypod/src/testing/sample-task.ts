import type { TaskCall } from '../core/task/task.ts';

/** A stored call like the ones that the tasks of 2026-07-28 make. */
export function sampleCall(more: Partial<TaskCall> = {}): TaskCall {
  return {
    tool: 'report',
    params: { name: 'report', arguments: { years: 3, note: 'Ünïcode ✓' } },
    headers: { 'mcp-name': 'report' },
    owner: 'alice',
    createdAt: 1_700_000_000_000,
    ttlMs: 60_000,
    pollIntervalMs: 1000,
    rerunnable: false,
    freshAuth: false,
    ...more,
  };
}
