const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Whether `level` is one of RFC 5424's levels, which `logging/setLevel` takes. */
export function isLogLevel(level: unknown): level is string {
  return typeof level === 'string' && LEVELS.includes(level);
}

/** Whether a message of `level` passes a session's threshold. Without a threshold every message passes. */
export function passesLogLevel(level: unknown, threshold: string | undefined): boolean {
  if (threshold === undefined || !isLogLevel(level)) return true;
  return LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}
