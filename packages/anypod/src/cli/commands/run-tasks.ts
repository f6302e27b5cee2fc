import type { Task, TaskSummary } from '../../core/task/task.ts';
import { openTaskAdmin, type TaskAdmin } from '../../serve/operators/task-admin.ts';
import { type Config, ConfigError, readConfig } from '../../serve/settings/config.ts';
import { EXIT, tellFault } from '../inspect/inspect.ts';
import { REDIS_HELP } from '../inspect/redis-arguments.ts';
import { oneLine, tableText } from '../inspect/table.ts';
import { createLog } from '../log/create-log.ts';

const MOST_LISTED = 1000;
/** What is a flag and no id: ids may begin with hyphens. */
const FLAG = /^-(h|-[a-z-]+(=.*)?)$/;
const USAGE = 'use anypod tasks list, anypod tasks show <id> or anypod tasks cancel <id>';

const HELP = `Usage: anypod tasks list|show <id>|cancel <id> [flags]

Shows and cancels the tasks of a deployment.

  --contents                Also print what tasks are about: arguments, result or error, and what they say about
                            themselves. Without it: types and sizes. They may contain what users keep secret
${REDIS_HELP}

Exit codes: 0 done; 1 there is no such task, or the task to cancel has ended; 2 wrong arguments; 3 Redis does not answer,
or does not allow it.`;

/** What is printed of tasks. */
interface Shown {
  readonly json: boolean;
  readonly contents: boolean;
}

/** `anypod tasks`: resolves to the exit code. Throws `ConfigError` for wrong arguments. */
export async function runTasks([verb = '', ...rest]: readonly string[]): Promise<number> {
  if (verb === '--help' || rest.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return EXIT.done;
  }
  const shown = { json: rest.includes('--json'), contents: rest.includes('--contents') };
  const [first = '', ...others] = rest.filter((argument) => argument !== '--json' && argument !== '--contents');
  const id = verb === 'list' ? undefined : first;
  if (!['list', 'show', 'cancel'].includes(verb)) throw new ConfigError([`tasks ${verb}: ${USAGE}`]);
  if (id === '' || (id !== undefined && FLAG.test(id))) throw new ConfigError([`tasks ${verb}: name the task`]);
  const flags = id === undefined ? [first, ...others].filter((argument) => argument !== '') : others;
  const admin = await openTaskAdmin(readRedisConfig(flags), createLog('error', 'pretty', process.stderr));
  try {
    return await act(admin, id, verb, shown);
  } catch (error) {
    return tellFault(error, 'docs/redis.md');
  } finally {
    await admin.close();
  }
}

/** The settings of `serve` that this command needs. It signs nothing, so it needs no secret. */
function readRedisConfig(flags: readonly string[]): Config {
  return readConfig(['tasks', ...flags], {
    ANYPOD_SECRET: 'this-command-signs-nothing-with-its-secret',
    ...process.env,
  });
}

async function act(admin: TaskAdmin, id: string | undefined, verb: string, shown: Shown): Promise<number> {
  const { json, contents } = shown;
  if (id === undefined) {
    const tasks = (await admin.list(MOST_LISTED)).map((task) => rowOf(task, contents));
    print(json ? JSON.stringify(tasks, undefined, 2) : table(tasks));
    return EXIT.done;
  }
  if (verb === 'cancel') {
    const cancelled = await admin.cancel(id);
    const text = cancelled ? `${id} is cancelled` : `${id}: there is no such task, or it has ended`;
    print(json ? JSON.stringify({ id, cancelled }) : text);
    return cancelled ? EXIT.done : EXIT.notFound;
  }
  const task = await admin.show(id);
  if (task === undefined) {
    print(json ? 'null' : `${id}: there is no such task`);
    return EXIT.notFound;
  }
  const details = detailsOf(task, contents);
  print(json ? JSON.stringify(details, undefined, 2) : fields(details));
  return EXIT.done;
}

function detailsOf(task: Task, contents: boolean): Readonly<Record<string, unknown>> {
  const { outcome, questions, losses, call } = task;
  const given: unknown = call.params['arguments'];
  const size = (value: unknown) => (contents || value === undefined ? value : sizeOf(value));
  const result = outcome === undefined ? {} : { [outcome.kind]: size(JSON.parse(outcome.json)) };
  return { ...rowOf(task, contents), arguments: size(given), losses, questions: Object.keys(questions), ...result };
}

/** What a value is, without what it says. */
function sizeOf(value: unknown): { readonly type: string; readonly bytes: number } {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return { type, bytes: Buffer.byteLength(JSON.stringify(value)) };
}

type Row = Readonly<Record<'id' | 'tool' | 'status' | 'pod' | 'created' | 'message', string>>;

function rowOf({ id, call, phase, kind, pod = '', message = '' }: TaskSummary, contents: boolean): Row {
  const status = kind === undefined ? phase : kind === 'result' ? 'completed' : `failed (${kind})`;
  const said = contents || message === '' ? message : `${Buffer.byteLength(message)} B`;
  return { id, tool: call.tool, status, pod, created: new Date(call.createdAt).toISOString(), message: said };
}

function table(rows: readonly Row[]): string {
  const names = ['id', 'tool', 'status', 'pod', 'created', 'message'] as const;
  const columns = names.map((name) => name.toUpperCase());
  return tableText(
    columns,
    rows.map((row) => names.map((name) => row[name])),
  );
}

function fields(task: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(task).filter(([, value]) => value !== '' && value !== undefined);
  return told
    .map(([name, value]) => `${name.padEnd(10)} ${typeof value === 'string' ? oneLine(value) : JSON.stringify(value)}`)
    .join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
