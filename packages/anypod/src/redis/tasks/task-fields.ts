import type { Sealer } from '../../core/sealer.ts';
import type { Task, TaskCall, TaskOutcome, TaskPhase, TaskSummary } from '../../core/task/task.ts';
import type { Keys } from '../keys.ts';

/** The fields of a task that a list needs, in the order of `summaryOf`. */
export const SUMMARY_FIELDS = ['c', 'p', 't', 'm', 'o', 'e', 'n', 'u'] as const;

/** Opens the fields of one task. */
export type Open = (field: string, sealed: string) => string;

/** Reads the values of `SUMMARY_FIELDS`. Undefined: there is no such task. */
export function summaryOf(id: string, open: Open, values: readonly (string | null)[]): TaskSummary | undefined {
  const [call, phase, kind, message, pod, run, losses, updated] = values;
  if (typeof call !== 'string') return undefined;
  return {
    id,
    call: JSON.parse(open('c', call)) as TaskCall,
    phase: phase as TaskPhase,
    ...(typeof kind === 'string' && { kind: kind as TaskOutcome['kind'] }),
    ...(typeof message === 'string' && { message: open('m', message) }),
    ...(typeof pod === 'string' && { pod }),
    run: Number(run),
    losses: Number(losses),
    updatedAt: Number(updated),
  };
}

/** Reads the task at `key` from its fields and values in turn. Undefined: there is no such task. */
export function taskOf(id: string, sealer: Sealer, key: string, flat: readonly string[]): Task | undefined {
  const open: Open = (field, sealed) => sealer.open(key, field, sealed);
  const fields = new Map<string, string>();
  for (let index = 0; index < flat.length; index += 2) fields.set(flat[index] ?? '', flat[index + 1] ?? '');
  const summary = summaryOf(
    id,
    open,
    SUMMARY_FIELDS.map((field) => fields.get(field) ?? null),
  );
  if (summary === undefined) return undefined;
  const opened = (prefix: string) =>
    Object.fromEntries(
      Object.entries(named(fields, prefix)).map(([form, sealed]) => {
        const name = sealer.nameOf(key, form);
        return [name, open(prefix + name, sealed)];
      }),
    );
  const { kind } = summary;
  const json = fields.get('d');
  const state = fields.get('x');
  return {
    ...summary,
    ...(kind !== undefined && json !== undefined && { outcome: { kind, json: open('d', json) } }),
    ...(state !== undefined && { state: open('x', state) }),
    questions: opened('q:'),
    answers: opened('a:'),
    watching: Object.keys(named(fields, 'w:')),
  };
}

/** The fields whose names begin with `prefix`, without it. */
function named(fields: ReadonlyMap<string, string>, prefix: string): Record<string, string> {
  const found = [...fields].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** The content of a task, as it is stored and as it is read. */
export interface SealedTask {
  seal(id: string, field: string, text: string): string;
  open(id: string, fields: readonly string[]): Task | undefined;
  /** In turns: the form of a key, the question. */
  questions(id: string, questions: Readonly<Record<string, string>>): string[];
  /** In turns: all forms of a key, the answer. */
  answers(id: string, answers: Readonly<Record<string, string>>): string[];
  outcome(id: string, outcome: TaskOutcome): [kind: string, json: string];
}

export function createSealedTask(keys: Keys, sealer: Sealer): SealedTask {
  const seal = (id: string, field: string, text: string) => sealer.seal(keys.task(id), field, text);
  const forms = (id: string, name: string) => sealer.forms(keys.task(id), name);
  return {
    seal,
    open: (id, fields) => taskOf(id, sealer, keys.task(id), fields),
    questions: (id, questions) =>
      Object.entries(questions).flatMap(([name, json]) => [forms(id, name)[0], seal(id, `q:${name}`, json)]),
    answers: (id, answers) =>
      Object.entries(answers).flatMap(([name, json]) => [...forms(id, name), seal(id, `a:${name}`, json)]),
    outcome: (id, { kind, json }) => [kind, seal(id, 'd', json)],
  };
}
