import type { Caller } from '../core/caller.ts';
import type { TaskCall } from '../core/task.ts';
import type { TaskRule } from '../core/task-rule.ts';
import { claimsOf, mirrorsOf, ownerOf } from './owner.ts';

/** What is stored of a tool call when it becomes a task. `trace`: where it is in its trace. */
export function newCall(
  params: Readonly<Record<string, unknown>>,
  caller: Caller,
  { ttlMs, pollIntervalMs, rerunnable, freshAuth }: TaskRule,
  trace: string | undefined,
  session?: string,
): TaskCall {
  return {
    tool: String(params['name']),
    params,
    headers: mirrorsOf(caller),
    owner: ownerOf(caller, session),
    ...(session !== undefined && { session }),
    ...claimsOf(caller),
    createdAt: Date.now(),
    ttlMs,
    pollIntervalMs,
    rerunnable,
    freshAuth,
    ...(trace !== undefined && { trace }),
  };
}
