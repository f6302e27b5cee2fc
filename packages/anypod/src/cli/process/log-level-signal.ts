import type { Logger } from 'pino';

/**
 * Changes the level of the log with SIGUSR2: to debug, which adds a line for each request, and with the next signal back. If the settings say debug, the
 * signal changes it to info.
 */
export function changeLevelOnSignal(log: Logger): void {
  const usual = log.level;
  const other = usual === 'debug' ? 'info' : 'debug';
  let changed = false;
  process.on('SIGUSR2', () => {
    // The line must come out under either level.
    log.level = 'info';
    const next = changed ? usual : other;
    changed = !changed;
    log.info(`the log level is now ${next}`);
    log.level = next;
  });
}
