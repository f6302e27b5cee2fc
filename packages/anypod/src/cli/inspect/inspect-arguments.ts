import { parseArgs } from 'node:util';
import { UsageError } from '../../probe/argument-values.ts';
import { openInspection, type SessionInspection } from '../../serve/operators/open-inspection.ts';
import { readSetting } from '../../serve/settings/config.ts';
import { PROCESS_SETTINGS } from '../../serve/settings/process-settings.ts';
import { createAdminInspection } from './admin-inspection.ts';
import { readRedisArguments } from './redis-arguments.ts';

/** What the commands that look at pods and sessions have in common. */
export interface InspectArguments {
  /** Opens what the arguments name: the pods' Redis, or the admin port of one pod. */
  readonly open: () => Promise<SessionInspection>;
  readonly positionals: readonly string[];
  readonly json: boolean;
  /** The command's own flags. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/** The lines of `--help` for these flags. */
export const INSPECT_HELP: string = `  --redis <url>             The Redis of the pods (REDIS_URL); --prefix, --redis-username, … as for serve
  --admin <url>             Instead of Redis, the admin port of a pod, such as http://127.0.0.1:9466. Its token is in
                            ANYPOD_ADMIN_TOKEN, or in the file that ANYPOD_ADMIN_TOKEN_FILE names
  --json                    Print JSON`;

type Own = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

const ADMIN_FLAGS = { admin: { type: 'string' }, 'admin-token': { type: 'string' } } as const;

/** Reads arguments and environment. `own`: more flags. Throws `UsageError`, with every problem at once. */
export function readInspectArguments(command: string, argv: readonly string[], own: Own = {}): InspectArguments {
  const { values } = parseArgs({ args: [...argv], options: ADMIN_FLAGS, strict: false });
  const url = values.admin ?? (values['redis'] === undefined ? ownPod(process.env) : undefined);
  if (url !== undefined) return readAdminArguments(command, argv, own, String(url));
  const args = readRedisArguments(command, argv, { ...ADMIN_FLAGS, ...own });
  return { ...args, open: () => openInspection(args.settings) };
}

/** The admin port of the pod in whose container the command runs, if that pod has no Redis. */
function ownPod(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const port = env['REDIS_URL'] ? undefined : Number(env['ANYPOD_ADMIN_PORT'] ?? 0);
  return port ? `http://127.0.0.1:${port}` : undefined;
}

function readAdminArguments(command: string, argv: readonly string[], own: Own, text: string): InspectArguments {
  const options = { ...ADMIN_FLAGS, redis: { type: 'string' }, json: { type: 'boolean' }, ...own } as const;
  const { values, positionals } = parse(command, argv, options);
  const flags: InspectArguments['flags'] = values;
  const problems: string[] = [];
  if (flags['redis'] !== undefined) problems.push('--redis: --admin says where to look too; keep one');
  const url = readAdminUrl(text);
  if (url === undefined) {
    problems.push(
      '--admin: must be a port of this machine, such as http://127.0.0.1:9466; forward the port of another',
    );
  }
  const token = readToken(flags['admin-token']);
  if ('problem' in token) problems.push(token.problem);
  if (url === undefined || 'problem' in token || problems.length > 0) throw new UsageError(command, problems);
  const open = async () => createAdminInspection(url, token.value);
  return { open, positionals, json: flags['json'] === true, flags };
}

/** The token goes to this machine only, because nothing encrypts it on its way. */
function readAdminUrl(text: string): URL | undefined {
  return /^http:\/\/(127\.0\.0\.1|localhost):\d+\/?$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function readToken(flag: unknown): { readonly value: string } | { readonly problem: string } {
  const setting = PROCESS_SETTINGS.find(({ name }) => name === 'adminToken');
  const read = setting === undefined ? { value: undefined } : readSetting(setting, flag, process.env);
  if ('problem' in read) return read;
  if (typeof read.value === 'string') return { value: read.value };
  return { problem: 'ANYPOD_ADMIN_TOKEN: pass the token of the pod, or a file with it in ANYPOD_ADMIN_TOKEN_FILE' };
}

function parse(command: string, argv: readonly string[], options: Own) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(command, [(error as Error).message]);
  }
}
