#!/usr/bin/env node
import { pino } from 'pino';
import { ConfigError, helpText, readConfig } from '../serve/config.ts';
import { type Serving, serve } from '../serve/serve.ts';
import { runCheckCommand } from './run-check.ts';

const EXIT_CONFIG = 2;

async function main([command, ...rest]: readonly string[]): Promise<void> {
  if (command === 'check') {
    process.exitCode = await runCheckCommand(rest);
    return;
  }
  if (command === undefined || command === '--help' || rest.includes('--help')) {
    process.stdout.write(`${helpText()}\n\nanypod check <url> tries a running deployment; see anypod check --help\n`);
    return;
  }
  if (command !== 'serve')
    throw new ConfigError([`${command}: unknown command; use anypod serve <module> or anypod check <url>`]);
  await runServe(rest);
}

async function runServe(argv: readonly string[]): Promise<void> {
  const config = readConfig(argv, process.env);
  const log = pino({ level: config.logLevel, redact: ['authorization', '*.token'] }, pino.destination(2));
  const stopping = new AbortController();
  const starting = serve(config, { log, print: (text) => process.stdout.write(text), signal: stopping.signal });
  stopOnSignals(starting, stopping);
  await starting;
}

/** The first signal drains, SIGINT without waiting for a balancer; a second one ends the process at once. */
function stopOnSignals(starting: Promise<Serving>, stopping: AbortController): void {
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopped) process.exit(1);
    stopped = true;
    stopping.abort();
    starting
      .then((serving) => serving.stop(signal === 'SIGINT' ? { delayMs: 0 } : {}))
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(known ? EXIT_CONFIG : 1);
});
