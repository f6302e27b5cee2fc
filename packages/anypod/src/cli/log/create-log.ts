import { createRequire } from 'node:module';
import { type Logger, pino } from 'pino';
import type * as PinoPretty from 'pino-pretty';
import { createLossyStream, type LossyStream } from '../process/lossy-stream.ts';
import { createRedact, maskText } from './redact.ts';
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

/**
 * The log of the process, on the standard error. Its lines are lost where nobody reads them, so that no reader can hold the process. `redact`: names of
 * fields that no line may show, beside those that are always secret.
 */
export function createLog(
  level: string,
  format: LogFormat,
  stderr: NodeJS.WriteStream,
  redact: readonly string[] = [],
): Logger {
  const stream = createLossyStream(stderr);
  const write = format === 'json' ? (line: string) => stream.write(line) : prettyWriter(stderr, stream);
  const withoutSecrets = createRedact(redact);
  return pino(
    {
      level,
      serializers: { err: (thrown: unknown) => serializeError(thrown) },
      formatters: {
        level: (label) => ({ level: label, severity: SEVERITY[label] }),
        log: withoutSecrets,
        bindings: withoutSecrets,
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    // Texts may hold secrets too, wherever they stand, so the whole line is searched.
    { write: (line: string) => write(maskText(line)) },
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
