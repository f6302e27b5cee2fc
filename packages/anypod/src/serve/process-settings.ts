import { z } from 'zod';
import type { Setting } from './setting.ts';

/** How the process logs, and when it ends by itself. */
export const PROCESS_SETTINGS: readonly Setting[] = [
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
    name: 'logLevel',
    flag: '--log-level',
    env: 'ANYPOD_LOG_LEVEL',
    default: 'info',
    description: 'Log level: debug, info, warn, error or silent.',
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
];
