import type { Log } from './log.ts';

/** Calls one of several callbacks that share a timer or an event. It logs what the callback throws, so the other callbacks and the process go on. */
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
