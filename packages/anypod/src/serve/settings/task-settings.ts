import { z } from 'zod';
import { bytes, count, type Setting } from './setting.ts';

const ms = z.int('must be whole ms').min(0, 'must be 0 or more');

/** The settings of one tool. */
const tool = z.strictObject({
  mode: z.enum(['auto', 'always', 'never']).optional(),
  afterMs: ms.optional(),
  ttlMs: ms.min(1).optional(),
  pollIntervalMs: ms.min(1).optional(),
  rerun: z.enum(['never', 'safe']).optional(),
  requireFreshAuth: z.boolean().optional(),
});

const EXAMPLE = 'such as {"report":{"mode":"always"},"*":{"afterMs":5000}}';

/** JSON of the settings of tools, by name. */
const tools = z.string().transform((text, context) => {
  const parsed = z.record(z.string(), tool).safeParse(read(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? ` at ${issue.path.join('.')}: ${issue.message}` : '';
  context.addIssue({ code: 'custom', message: `must be JSON of settings by tool, ${EXAMPLE}${where}` });
  return z.NEVER;
});

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The settings of tool calls that become tasks. */
export const TASK_SETTINGS: readonly Setting[] = [
  {
    name: 'taskTools',
    flag: '--task-tools',
    env: 'ANYPOD_TASK_TOOLS',
    default: '',
    description:
      'Settings for the tasks of tools, as JSON by name; * is for all tools that it does not name. They go before the settings in the tool itself. See long-work.md.',
    schema: tools,
  },
  {
    name: 'taskConcurrency',
    flag: '--task-concurrency',
    env: 'ANYPOD_TASK_CONCURRENCY',
    default: '10',
    description: 'How many queued tasks a pod runs at a time.',
    schema: count(1),
  },
  {
    name: 'taskResultBytes',
    flag: '--task-result-bytes',
    env: 'ANYPOD_TASK_RESULT_BYTES',
    default: '1048576',
    description: 'Maximum size of the result of a task (bytes). A task with a larger result fails.',
    schema: bytes(1024),
  },
  {
    name: 'taskLimit',
    flag: '--task-limit',
    env: 'ANYPOD_TASK_LIMIT',
    default: '1000',
    description:
      'Maximum number of unfinished tasks of a principal, or of a session without one. All other anonymous callers together count as one.',
    schema: count(1),
  },
];
