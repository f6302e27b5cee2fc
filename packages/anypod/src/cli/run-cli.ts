import { ConfigError, helpText } from '../serve/config.ts';
import type { HostProgram } from './host-program.ts';
import { runCheckCommand } from './run-check.ts';
import { runConnect } from './run-connect.ts';
import { runServe } from './run-serve.ts';
import { runStdio } from './run-stdio.ts';
import { serializeError } from './serialize-error.ts';

export { ConfigError } from '../serve/config.ts';
export type { Setting } from '../serve/setting.ts';
export type { HostProgram } from './host-program.ts';

const EXIT_CONFIG = 2;
const NONE: HostProgram = { settings: [], start: async () => async () => undefined };

/**
 * Runs the command that the arguments name. A pod runs within the program `around`. On failure it ends the process: with 2 if the operator must correct
 * something, otherwise with 1.
 */
export async function runCli(args: readonly string[], around: HostProgram = NONE): Promise<void> {
  try {
    await run(args, around);
  } catch (error) {
    const known = error instanceof ConfigError;
    const { stack, message } = serializeError(error);
    process.stderr.write(`${known ? error.message : (stack ?? message)}\n`);
    process.exit(known ? EXIT_CONFIG : 1);
  }
}

async function run([command, ...rest]: readonly string[], around: HostProgram): Promise<void> {
  if (command === 'check') {
    process.exitCode = await runCheckCommand(rest);
    return;
  }
  if (command === undefined || command === '--help' || rest.includes('--help')) {
    const other = [
      'anypod stdio <module> [flags] serves the module to a local client over stdio',
      'anypod connect <url> connects a local client that speaks stdio to a deployment',
      'anypod check <url> tests a running deployment; see anypod check --help',
    ].join('\n');
    process.stdout.write(`${helpText(around.settings)}\n\n${other}\n`);
    return;
  }
  if (command === 'stdio') return runStdio(rest);
  if (command === 'connect') return runConnect(rest);
  if (command !== 'serve') {
    throw new ConfigError([`${command}: unknown command; use anypod serve, stdio, connect or check`]);
  }
  await runServe(rest, around);
}
