import type { Caller } from '../core/caller.ts';
import type { Task, TaskCall, TaskSummary } from '../core/task/task.ts';
import type { TaskRule } from '../core/task/task-rule.ts';
import type { TaskContext } from './engine/context.ts';
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

/** How the repeats of a call are known. */
export interface Repeats {
  /** The same for a call and its repeats only. */
  readonly of: string;
  /** Whether a call of now repeats the one that began `first`. */
  join(first: Task): boolean;
}

/**
 * Stores a call as a queued task. The id of a call that may be repeated is made of what its repeats share, by HMAC. So a repeat finds the task of the
 * first call, also if the first pod died before it answered. Undefined: the owner has too many tasks that have not ended.
 */
export async function beginTask(
  context: TaskContext,
  call: TaskCall,
  repeats?: Repeats,
): Promise<TaskSummary | undefined> {
  const { tasks, limits, random, idOf, meter } = context;
  const id = repeats === undefined ? random() : idOf(repeats.of);
  const created = await tasks.create(id, call, limits.unfinished);
  if (created === 'full') return undefined;
  const first = created === 'exists' && repeats !== undefined ? await tasks.read(id) : undefined;
  if (first !== undefined && repeats !== undefined) {
    if (repeats.join(first)) return first;
    // A new call that looks like an old one. Its own repeats find it behind the old one.
    return beginTask(context, call, { ...repeats, of: `${repeats.of} ${first.call.createdAt}` });
  }
  meter.task('queued');
  return { id, call, phase: 'queued', run: 0, losses: 0, updatedAt: call.createdAt };
}
