import { z } from 'zod';
import { list, milliseconds, type Setting } from './setting.ts';

/** How anypod deals with the code of the user's module. */
export const MODULE_SETTINGS: readonly Setting[] = [
  {
    name: 'factoryTimeoutMs',
    flag: '--factory-timeout',
    env: 'ANYPOD_FACTORY_TIMEOUT',
    default: '10000',
    description: 'How long your factory may take to build a server, and a new server to answer at the start (ms).',
    schema: milliseconds(100),
  },
  {
    name: 'onUnhandledRejection',
    flag: '--on-unhandled-rejection',
    env: 'ANYPOD_ON_UNHANDLED_REJECTION',
    default: 'log',
    description:
      'What a pod does after a rejection that no code handles: log (it continues) or drain (the platform replaces it).',
    schema: z.enum(['log', 'drain'], { error: 'must be log or drain' }),
  },
  {
    name: 'rerun',
    flag: '--rerun',
    env: 'ANYPOD_RERUN',
    default: 'read-only',
    description:
      'Which calls of a lost pod run again on another pod: never (none), read-only (tools with readOnlyHint) or safe (also tools with idempotentHint).',
    schema: z.enum(['never', 'read-only', 'safe'], { error: 'must be never, read-only or safe' }),
  },
  {
    name: 'rerunLimit',
    flag: '--rerun-limit',
    env: 'ANYPOD_RERUN_LIMIT',
    default: '1',
    description: 'How often one call may run again.',
    schema: z.coerce
      .number({ error: 'must be a number' })
      .int('must be a whole number')
      .min(0)
      .max(10, 'must be 10 or less'),
  },
  {
    name: 'retryTools',
    flag: '--retry-tools',
    env: 'ANYPOD_RETRY_TOOLS',
    default: '',
    description:
      'Tools whose calls run once even if a client of 2026-07-28 repeats them, separated by commas. See retry.md.',
    schema: list,
  },
];
