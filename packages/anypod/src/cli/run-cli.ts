/**
 * The commands of `anypod`, for a program that runs them within itself.
 * @module anypod/cli
 */
import { UsageError } from '../probe/argument-values.ts';
import { ConfigError, helpText, oneSettingOf } from '../serve/settings/config.ts';
import { DEV_POD, type HostProgram } from './commands/host-program.ts';
import { runServe } from './commands/run-serve.ts';
import { COMMANDS, commandNames } from './commands.ts';
import { createLog, formatFor } from './log/create-log.ts';
import { serializeError } from './log/serialize-error.ts';
import { written } from './process/lossy-stream.ts';

export { ConfigError } from '../serve/settings/config.ts';
export type { Setting } from '../serve/settings/setting.ts';
export type { HostProgram } from './commands/host-program.ts';

const EXIT_CONFIG = 2;
const LAST_LINES_MS = 500;
/** How long a slow reader may take to read the result of a command. */
const LAST_RESULT_MS = 60_000;
const OWN_HELP = ['connect', 'dev'];
const NONE: HostProgram = { settings: [], commands: new Map(), start: async () => async () => undefined };

/**
 * Runs the command that the arguments name. A pod runs within the program `around`. On failure it ends the process: with 2 if the operator must correct
 * something, otherwise with 1.
 */
export async function runCli(args: readonly string[], around: HostProgram = NONE): Promise<void> {
  try {
    await run(args, around);
  } catch (error) {
    tell(error, args);
    await written(process.stderr, LAST_LINES_MS);
    process.exit(error instanceof ConfigError || error instanceof UsageError ? EXIT_CONFIG : 1);
  }
}

/** Prints why the command failed: as log records if a collector reads the log of a pod, otherwise as text. */
function tell(error: unknown, [command, ...rest]: readonly string[]): void {
  const format =
    command === 'serve' ? formatFor(oneSettingOf('logFormat', rest, process.env), process.stdout) : 'pretty';
  const help = error instanceof ConfigError ? helpFor(rest) : {};
  if (format === 'json') {
    const log = createLog('fatal', format, process.stderr);
    if (!(error instanceof ConfigError)) log.fatal({ err: error }, 'cannot start');
    else for (const problem of error.problems) log.fatal(help, `cannot start: ${problem}`);
    return;
  }
  process.stderr.on('error', () => undefined);
  const told = error instanceof ConfigError || error instanceof UsageError;
  const { stack, message } = serializeError(error);
  process.stderr.write(`${told ? error.message : (stack ?? message)}\n`);
  if (help.help !== undefined) process.stderr.write(`See ${help.help}\n`);
}

/** The section on refused starts, on the page that the operator has set. */
function helpFor(argv: readonly string[]): { readonly help?: string } {
  const page = oneSettingOf('errorsUrl', argv, process.env);
  return page === undefined ? {} : { help: `${page}#a-refused-start` };
}

async function run([command, ...rest]: readonly string[], around: HostProgram): Promise<void> {
  const load = command === undefined ? undefined : (COMMANDS.get(command) ?? around.commands.get(command)?.load);
  if (load !== undefined) {
    const code = await (await load())(rest);
    await written(process.stdout, LAST_RESULT_MS);
    await written(process.stderr, LAST_LINES_MS);
    process.exit(code);
  }
  if (command === undefined || command === '--help' || (rest.includes('--help') && !OWN_HELP.includes(command))) {
    const other = [
      'anypod dev <module> [flags] serves the module and starts it again when it changes; see anypod dev --help',
      'anypod stdio <module> [flags] serves the module to a local client over stdio',
      'anypod connect <url> connects a local client that speaks stdio to a deployment; see anypod connect --help',
      'anypod doctor <url> finds out what is wrong at any MCP endpoint, and with --smoke tests a deployment; see anypod doctor --help',
      'anypod call <url|module> <tool> calls one tool; see anypod call --help',
      'anypod pods, sessions and tail look at pods and sessions; see anypod sessions --help',
      'anypod completion bash|zsh prints a script that completes all this',
      'anypod tasks list shows the tasks of a deployment; see anypod tasks --help',
      'anypod init prepares the server of this directory for anypod',
      ...[...around.commands.values()].map(({ help }) => help),
    ].join('\n');
    process.stdout.write(`${helpText(around.settings)}\n\n${other}\n`);
    return;
  }
  if (command === 'dev') return (await import('./commands/run-dev.ts')).runDev(rest, around);
  // `anypod dev` starts it.
  if (command === DEV_POD) return (await import('./commands/run-dev-pod.ts')).runDevPod(rest, around);
  if (command === 'stdio') return (await import('./commands/run-stdio.ts')).runStdio(rest);
  if (command === 'connect') return (await import('./commands/run-connect.ts')).runConnect(rest);
  if (command !== 'serve') {
    throw new ConfigError([
      `${command}: unknown command; use one of ${[...commandNames(), ...around.commands.keys()].join(', ')}`,
    ]);
  }
  await runServe(rest, around);
}
