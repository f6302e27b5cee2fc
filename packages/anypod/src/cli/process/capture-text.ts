import { format } from 'node:util';
import type { Logger } from 'pino';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error', trace: 'error' } as const;

/**
 * Turns what libraries and the server's module print through `console`, and the warnings of Node, into log records, so that a collector gets no lines
 * that it cannot read. Text that is a JSON record already is printed as it is.
 */
export function captureText(log: Logger, target: NodeJS.Process, console: Console): void {
  for (const [method, level] of Object.entries(LEVELS) as [
    keyof typeof LEVELS,
    'debug' | 'info' | 'warn' | 'error',
  ][]) {
    const print = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      const text = textOf(args);
      if (isRecord(text)) print(text);
      else log[level]({ from: `console.${method}` }, text);
    };
  }
  // Without this listener of Node, as with --no-warnings, nobody wants them.
  if (target.listenerCount('warning') === 0) return;
  target.removeAllListeners('warning');
  target.on('warning', (warning: Error & { readonly code?: string }) => {
    const { name, code, message } = warning;
    log.warn({ from: 'process', warning: name, ...(code !== undefined && { code }) }, message);
  });
}

/** Values of a server's code can have getters that throw. */
function textOf(args: readonly unknown[]): string {
  try {
    return format(...args);
  } catch {
    return 'values that cannot be read';
  }
}

function isRecord(text: string): boolean {
  if (!text.startsWith('{') || text.includes('\n')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
