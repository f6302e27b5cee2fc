import { z } from 'zod';
import type { Setting } from './setting.ts';

const port = z.coerce
  .number({ error: 'must be a port number' })
  .int('must be a whole number')
  .min(0, 'must be 0 or more')
  .max(65535, 'must be 65535 or less');

/** How the process logs, when it ends by itself, how operators look into it, and how it fails on purpose. */
export const PROCESS_SETTINGS: readonly Setting[] = [
  {
    name: 'gameDayPort',
    flag: '--game-day-port',
    env: 'ANYPOD_GAME_DAY_PORT',
    default: '0',
    description:
      'TCP port of the failure switches, on 127.0.0.1 only: they make the pod slow, refuse requests, lose its lease or read no mail. 0: there are none.',
    schema: port,
  },
  {
    name: 'adminPort',
    flag: '--admin-port',
    env: 'ANYPOD_ADMIN_PORT',
    default: '0',
    description:
      'TCP port on which anypod sessions, pods and tail ask this pod, on 127.0.0.1 only. It needs an admin token. 0: there is none.',
    schema: port,
  },
  {
    name: 'adminToken',
    flag: '--admin-token',
    env: 'ANYPOD_ADMIN_TOKEN',
    default: '',
    description:
      'The token without which the admin port refuses every request. Use 32 characters or more. The commands that ask the port take the same setting.',
    fromFile: true,
    schema: z.string().regex(/^[\w.~+/-]{32,}=*$/, {
      error: 'must be 32 characters or more, without spaces; make one with: openssl rand -base64 32',
    }),
  },
  {
    name: 'exitWithParent',
    flag: '--exit-with-parent',
    env: 'ANYPOD_EXIT_WITH_PARENT',
    default: 'npm',
    description:
      'Whether a pod drains and ends when the process that started it has ended: npm (if npm, npx or a like program started it, because they do not pass SIGTERM on), always or never.',
    schema: z.enum(['npm', 'always', 'never'], { error: 'must be npm, always or never' }),
  },
  {
    name: 'errorsUrl',
    flag: '--errors-url',
    env: 'ANYPOD_ERRORS_URL',
    default: '',
    description:
      'URL of the page that explains errors, such as your copy of errors.md. Each error of anypod then has the address of its section in data.help, and a refused start names it too. Without it, errors have no link.',
    schema: z.url({ protocol: /^https?$/, error: 'must be a URL, such as https://docs.example.com/errors' }),
  },
  {
    name: 'logLevel',
    flag: '--log-level',
    env: 'ANYPOD_LOG_LEVEL',
    default: 'info',
    description:
      'Log level: debug (adds a line for each request), info, warn, error or silent. SIGUSR2 changes it to debug and back.',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be debug, info, warn, error or silent',
    }),
  },
  {
    name: 'logFormat',
    flag: '--log-format',
    env: 'ANYPOD_LOG_FORMAT',
    default: '',
    description:
      'Form of the log: json (each line is one JSON record, for collectors) or pretty (for people). Without it, pretty if the standard output is a terminal, otherwise json.',
    schema: z.enum(['json', 'pretty'], { error: 'must be json or pretty' }),
  },
  {
    name: 'logRedact',
    flag: '--log-redact',
    env: 'ANYPOD_LOG_REDACT',
    default: '',
    description:
      'Names of more fields that the log hides, separated by commas. It always hides authorization, cookies, passwords, secrets, tokens, private keys and keys of APIs.',
    schema: z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .refine((names) => names.every((name) => /^[\w.-]+$/.test(name)), {
        error: 'must be names of letters, digits, dots, dashes and underscores, such as x-api-key,email',
      }),
  },
];
