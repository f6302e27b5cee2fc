import type { Log } from './log.ts';

/** Calls one of many that share a timer or an event: what it throws is logged, and stops neither the others nor the process. */
export function callSafely<A extends unknown[]>(
  log: Log,
  what: string,
  call: (...args: A) => unknown,
  ...args: A
): void {
  try {
    call(...args);
  } catch (err) {
    log.warn({ what, err }, 'a callback failed');
  }
}
