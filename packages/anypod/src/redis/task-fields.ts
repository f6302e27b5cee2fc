import type { Task, TaskCall, TaskOutcome, TaskPhase, TaskSummary } from '../core/task.ts';

/** The fields of a task that a list needs, in the order of `summaryOf`. */
export const SUMMARY_FIELDS = ['c', 'p', 't', 'm', 'o', 'e', 'n', 'u'] as const;

/** Reads the values of `SUMMARY_FIELDS`. Undefined: there is no such task. */
export function summaryOf(id: string, values: readonly (string | null)[]): TaskSummary | undefined {
  const [call, phase, kind, message, pod, run, losses, updated] = values;
  if (typeof call !== 'string') return undefined;
  return {
    id,
    call: JSON.parse(call) as TaskCall,
    phase: phase as TaskPhase,
    ...(typeof kind === 'string' && { kind: kind as TaskOutcome['kind'] }),
    ...(typeof message === 'string' && { message }),
    ...(typeof pod === 'string' && { pod }),
    run: Number(run),
    losses: Number(losses),
    updatedAt: Number(updated),
  };
}

/** Reads a task from its fields and values in turn. Undefined: there is no such task. */
export function taskOf(id: string, flat: readonly string[]): Task | undefined {
  const fields = new Map<string, string>();
  for (let index = 0; index < flat.length; index += 2) fields.set(flat[index] ?? '', flat[index + 1] ?? '');
  const summary = summaryOf(
    id,
    SUMMARY_FIELDS.map((field) => fields.get(field) ?? null),
  );
  if (summary === undefined) return undefined;
  const { kind } = summary;
  const json = fields.get('d');
  const state = fields.get('x');
  return {
    ...summary,
    ...(kind !== undefined && json !== undefined && { outcome: { kind, json } }),
    ...(state !== undefined && { state }),
    questions: named(fields, 'q:'),
    answers: named(fields, 'a:'),
    watching: Object.keys(named(fields, 'w:')),
  };
}

/** The fields whose names begin with `prefix`, without it. */
function named(fields: ReadonlyMap<string, string>, prefix: string): Record<string, string> {
  const found = [...fields].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}
