import { pino } from 'pino';
import { ConfigError, helpText, readConfig } from '../serve/config.ts';
import { type Serving, serve } from '../serve/serve.ts';
import { runCheckCommand } from './run-check.ts';
import type { Surroundings } from './surroundings.ts';

export { ConfigError } from '../serve/config.ts';
export type { Setting } from '../serve/settings.ts';
export type { Surroundings } from './surroundings.ts';

const EXIT_CONFIG = 2;
const NONE: Surroundings = { settings: [], start: async () => async () => undefined };

/** Runs the command that the arguments name; a pod runs in `around`. Ends the process: with 2 where the operator has to mend something, with 1 where anything else failed. */
export async function runCli(args: readonly string[], around: Surroundings = NONE): Promise<void> {
  try {
    await run(args, around);
  } catch (error) {
    const known = error instanceof ConfigError;
    process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(known ? EXIT_CONFIG : 1);
  }
}

async function run([command, ...rest]: readonly string[], around: Surroundings): Promise<void> {
  if (command === 'check') {
    process.exitCode = await runCheckCommand(rest);
    return;
  }
  if (command === undefined || command === '--help' || rest.includes('--help')) {
    const other = 'anypod check <url> tests a running deployment; see anypod check --help';
    process.stdout.write(`${helpText(around.settings)}\n\n${other}\n`);
    return;
  }
  if (command !== 'serve')
    throw new ConfigError([`${command}: unknown command; use anypod serve <module> or anypod check <url>`]);
  await runServe(rest, around);
}

async function runServe(argv: readonly string[], around: Surroundings): Promise<void> {
  const config = readConfig(argv, process.env, around.settings);
  const log = pino({ level: config.logLevel, redact: ['authorization', '*.token'] }, pino.destination(2));
  const stopping = new AbortController();
  const stopAround = await around.start({ ...config });
  const starting = serve(config, { log, print: (text) => process.stdout.write(text), signal: stopping.signal });
  stopOnSignals(starting, stopping, stopAround);
  await starting;
}

/** The first signal drains, SIGINT without waiting for a balancer; a second one ends the process at once. */
function stopOnSignals(starting: Promise<Serving>, stopping: AbortController, stopAround: () => Promise<void>): void {
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopped) process.exit(1);
    stopped = true;
    stopping.abort();
    starting
      .then((serving) => serving.stop(signal === 'SIGINT' ? { delayMs: 0 } : {}))
      .then(stopAround)
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
