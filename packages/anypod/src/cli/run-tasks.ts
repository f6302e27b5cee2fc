import type { TaskSummary } from '../core/task.ts';
import { type Config, ConfigError, readConfig } from '../serve/config.ts';
import { openTaskAdmin, type TaskAdmin } from '../serve/task-admin.ts';
import { createLog } from './create-log.ts';
import { oneLine, tableText } from './table.ts';

const EXIT_FAILED = 1;
const MOST_LISTED = 1000;
/** What is a flag and no id: ids may begin with hyphens. */
const FLAG = /^-(h|-[a-z-]+(=.*)?)$/;
const USAGE = 'use anypod tasks list, anypod tasks show <id> or anypod tasks cancel <id>';

const HELP = `Usage: anypod tasks list|show <id>|cancel <id> --redis <url> [--json] [flags]

Shows and cancels the tasks of a deployment. The flags that say how to reach Redis, and --prefix, are those of anypod serve; so are the variables.
The exit code is 1 if there is no such task, or if a task to cancel has ended.`;

/** `anypod tasks`: resolves to the exit code. Throws `ConfigError` for wrong arguments. */
export async function runTasks([verb = '', ...rest]: readonly string[]): Promise<number> {
  if (verb === '--help' || rest.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const json = rest.includes('--json');
  const [first = '', ...others] = rest.filter((argument) => argument !== '--json');
  const id = verb === 'list' ? undefined : first;
  if (!['list', 'show', 'cancel'].includes(verb)) throw new ConfigError([`tasks ${verb}: ${USAGE}`]);
  if (id === '' || (id !== undefined && FLAG.test(id))) throw new ConfigError([`tasks ${verb}: name the task`]);
  const flags = id === undefined ? [first, ...others].filter((argument) => argument !== '') : others;
  const admin = await openTaskAdmin(readRedisConfig(flags), createLog('error', 'pretty', process.stderr));
  try {
    return await act(admin, id, verb, json);
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

async function act(admin: TaskAdmin, id: string | undefined, verb: string, json: boolean): Promise<number> {
  if (id === undefined) {
    const tasks = (await admin.list(MOST_LISTED)).map(rowOf);
    print(json ? JSON.stringify(tasks, undefined, 2) : table(tasks));
    return 0;
  }
  if (verb === 'cancel') {
    const cancelled = await admin.cancel(id);
    const text = cancelled ? `${id} is cancelled` : `${id}: there is no such task, or it has ended`;
    print(json ? JSON.stringify({ id, cancelled }) : text);
    return cancelled ? 0 : EXIT_FAILED;
  }
  const task = await admin.show(id);
  if (task === undefined) {
    print(json ? 'null' : `${id}: there is no such task`);
    return EXIT_FAILED;
  }
  const { outcome, questions, losses, call } = task;
  const result = outcome === undefined ? {} : { [outcome.kind]: JSON.parse(outcome.json) as unknown };
  const shown = {
    ...rowOf(task),
    arguments: call.params['arguments'],
    losses,
    questions: Object.keys(questions),
    ...result,
  };
  print(json ? JSON.stringify(shown, undefined, 2) : fields(shown));
  return 0;
}

type Row = Readonly<Record<'id' | 'tool' | 'status' | 'pod' | 'created' | 'message', string>>;

function rowOf({ id, call, phase, kind, pod = '', message = '' }: TaskSummary): Row {
  const status = kind === undefined ? phase : kind === 'result' ? 'completed' : `failed (${kind})`;
  return { id, tool: call.tool, status, pod, created: new Date(call.createdAt).toISOString(), message };
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
