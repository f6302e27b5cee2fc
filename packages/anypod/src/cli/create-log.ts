import { createRequire } from 'node:module';
import { type Logger, pino } from 'pino';
import type * as PinoPretty from 'pino-pretty';
import { createLossyStream, type LossyStream } from './lossy-stream.ts';
import { serializeError } from './serialize-error.ts';

export type LogFormat = 'json' | 'pretty';

/** The names of Google's logging, which the collectors of others also read. They know pino's names in `level`. */
const SEVERITY: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/** The form for who reads the standard output: a person at a terminal, or a collector. */
export function formatFor(wanted: LogFormat | undefined, stdout: { readonly isTTY?: boolean }): LogFormat {
  return wanted ?? (stdout.isTTY ? 'pretty' : 'json');
}

/** What no log line may show, wherever it stands in the record. */
const ALWAYS_REDACTED = [
  'authorization',
  'cookie',
  'dpop',
  'password',
  'secret',
  'token',
  'access_token',
  'refresh_token',
];

/** The fields of these names, down to the third level. */
function pathsOf(names: readonly string[]): string[] {
  return names.map((name) => `["${name}"]`).flatMap((field) => [field, `*${field}`, `*.*${field}`]);
}

/** The log of the process, on the standard error. Its lines are lost where nobody reads them, so that no reader can hold the process. */
export function createLog(
  level: string,
  format: LogFormat,
  stderr: NodeJS.WriteStream,
  redact: readonly string[] = [],
): Logger {
  const stream = createLossyStream(stderr);
  const write = format === 'json' ? (line: string) => stream.write(line) : prettyWriter(stderr, stream);
  return pino(
    {
      level,
      redact: pathsOf([...ALWAYS_REDACTED, ...redact]),
      serializers: { err: (thrown: unknown) => serializeError(thrown) },
      formatters: { level: (label) => ({ level: label, severity: SEVERITY[label] }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write },
  );
}

/** Loads the formatter only where people read the log: a pod in a container starts faster without it. */
function prettyWriter(stderr: NodeJS.WriteStream, stream: LossyStream): (line: string) => void {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof PinoPretty;
  const pretty = prettyFactory({
    colorize: stderr.isTTY,
    ignore: 'pid,hostname,severity',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (line) => stream.write(pretty(line));
}
