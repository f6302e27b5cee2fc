import { type InspectionSettings, REDIS_HELP, readRedisArguments, UsageError } from 'anypod/operate';
import { CONSOLE_SETTINGS } from './settings.ts';

/** What the console is started with. */
export interface ConsoleConfig extends InspectionSettings {
  readonly port: number;
  readonly host: string;
  readonly pods?: readonly URL[];
  readonly password?: string;
  readonly operatorPassword?: string;
  readonly operatorRedisUsername?: string;
  readonly operatorRedisPassword?: string;
}

const NAMES = CONSOLE_SETTINGS.map(
  ({ flag, env, default: preset, description }) =>
    `  ${`${flag} <value>`.padEnd(36)}${description}\n${' '.repeat(38)}${env}${preset === '' ? '' : `, default ${preset}`}`,
).join('\n');

/** The text of `anypod console --help`. */
export const CONSOLE_HELP: string = `Usage: anypod console [flags]

Serves a page for operators: pods, sessions, tasks and charts. It only reads, but for those with the operator's password.

${NAMES}
${REDIS_HELP.split('\n')[0]}

Exit codes: 0 stopped; 2 wrong arguments or settings.`;

/** Reads arguments and environment. Throws `UsageError`, with every problem at once. */
export function readConsoleConfig(argv: readonly string[]): ConsoleConfig {
  const { settings, positionals } = readRedisArguments('console', argv, {}, CONSOLE_SETTINGS);
  const config = settings as ConsoleConfig;
  const problems = positionals.map((text) => `${text}: takes no such argument`);
  const { password, operatorPassword, operatorRedisUsername, operatorRedisPassword } = config;
  if (password === undefined && operatorPassword === undefined) {
    problems.push(
      'ANYPOD_CONSOLE_PASSWORD or ANYPOD_CONSOLE_OPERATOR_PASSWORD: the console shows nothing without a password; set one, or the variable with _FILE at its end to a file with it',
    );
  }
  if (password !== undefined && password === operatorPassword) {
    problems.push('ANYPOD_CONSOLE_OPERATOR_PASSWORD: must differ from ANYPOD_CONSOLE_PASSWORD');
  }
  const secondUser = operatorRedisUsername !== undefined || operatorRedisPassword !== undefined;
  if (secondUser && operatorPassword === undefined) {
    problems.push(
      'ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME and ANYPOD_CONSOLE_OPERATOR_REDIS_PASSWORD: are for operators; set ANYPOD_CONSOLE_OPERATOR_PASSWORD too',
    );
  }
  if (problems.length > 0) throw new UsageError('console', problems);
  return config;
}
