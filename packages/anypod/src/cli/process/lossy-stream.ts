/** What may wait for a slow reader, in bytes. */
const MOST_WAITING = 1024 * 1024;

/** A stream for log lines that neither blocks nor fails. */
export interface LossyStream {
  write(line: string): void;
}

/**
 * Writes lines to `target` as long as somebody reads them. If the reader has stopped, up to 1 MiB waits for it, and more is lost. If it is gone (EPIPE),
 * everything is lost. pino's own destination would try again until it can write, and hold the process meanwhile.
 */
export function createLossyStream(target: NodeJS.WriteStream): LossyStream {
  let lost = 0;
  target.on('error', () => undefined);
  return {
    write(line) {
      if (target.writableLength > MOST_WAITING) {
        lost += 1;
        return;
      }
      if (lost > 0) target.write(`${JSON.stringify({ level: 'warn', severity: 'WARNING', lost, msg: LOST })}\n`);
      lost = 0;
      target.write(line);
    },
  };
}

const LOST = 'log lines were lost, because nobody read them fast enough';

/** Resolves when everything is written, or nobody reads it within `withinMs`. */
export async function written(target: NodeJS.WriteStream, withinMs: number): Promise<void> {
  if (target.writableLength === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, withinMs);
  target.write('', () => resolve());
  await promise;
  clearTimeout(limit);
}
