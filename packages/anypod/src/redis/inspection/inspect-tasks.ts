import { type AuthInfo, principalOf } from '../../core/caller.ts';
import type { TaskSummary } from '../../core/task/task.ts';
import { SUMMARY_FIELDS, summaryOf } from '../tasks/task-fields.ts';
import { listTasks } from '../tasks/task-list.ts';
import type { Looking } from './inspect-sessions.ts';

/** What Redis knows of a task. Nothing of what it is about. Times are in ms since the epoch. */
export interface TaskFacts extends Pick<TaskSummary, 'id' | 'phase' | 'kind' | 'pod' | 'losses' | 'updatedAt'> {
  readonly tool: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Absent: an anonymous caller. */
  readonly principal?: string;
  /** The session that began it. Absent: a call of 2026-07-28. */
  readonly session?: string;
}

/** What a page of its own adds. */
export interface TaskDetails extends TaskFacts {
  readonly rerunnable: boolean;
  /** Questions to the client without an answer. */
  readonly questions: number;
  /** The stored size of its outcome. */
  readonly outcomeBytes: number;
}

/** The newest tasks first, and where the next page begins, if there is one. */
export async function pageTasks(
  looking: Looking,
  count: number,
  after?: string,
): Promise<{ readonly tasks: readonly TaskFacts[]; readonly next?: string }> {
  const { tasks, next } = await listTasks(looking, looking.keys.tasks(), count, after);
  return { tasks: tasks.map(factsOf), ...(next !== undefined && { next }) };
}

/** How many tasks one round looks at, and how many rounds there are at most: a million tasks. */
const COUNT = 1000;
const ROUNDS = 1000;
/** Enough to tell one from several. */
const ENOUGH = 2;

/** The ids of tasks that begin like that: none, one, or several. */
export async function findTasks({ commands, keys }: Looking, beginning: string): Promise<readonly string[]> {
  const ids = new Set<string>();
  let cursor = '0';
  for (let round = 0; round < ROUNDS && ids.size < ENOUGH; round += 1) {
    const reply = await commands.call('zscan', keys.tasks(), cursor, 'MATCH', `${beginning}*`, 'COUNT', COUNT);
    const [next, turns] = reply as [string, string[]];
    for (let at = 0; at < turns.length; at += 2) ids.add(turns[at] ?? '');
    if (next === '0') break;
    cursor = next;
  }
  return [...ids];
}

/** Undefined: there is no such task. */
export async function inspectTask({ commands, keys, sealer }: Looking, id: string): Promise<TaskDetails | undefined> {
  const key = keys.task(id);
  const values = (await commands.call('hmget', key, ...SUMMARY_FIELDS)) as (string | null)[];
  const summary = summaryOf(id, (field, sealed) => sealer.open(key, field, sealed), values);
  if (summary === undefined) return undefined;
  const fields = (await commands.call('hkeys', key)) as string[];
  return {
    ...factsOf(summary),
    rerunnable: summary.call.rerunnable,
    questions: fields.filter((field) => field.startsWith('q:')).length,
    outcomeBytes: Number(await commands.call('hstrlen', key, 'd')),
  };
}

function factsOf({ id, call, phase, kind, pod, losses, updatedAt }: TaskSummary): TaskFacts {
  const { tool, createdAt, ttlMs, session } = call;
  const principal = principalOf(call.claims as AuthInfo | undefined);
  return {
    ...{ id, tool, phase, losses, createdAt, updatedAt, expiresAt: createdAt + ttlMs },
    ...(kind !== undefined && { kind }),
    ...(pod !== undefined && { pod }),
    ...(principal !== undefined && { principal }),
    ...(session !== undefined && { session }),
  };
}
