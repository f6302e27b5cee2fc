/** The log for rooms below `serve`: what an operator should know, never tokens, secrets or message contents. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  /** Gets one line for each request, as long as `isLevelEnabled` says so. Absent, as `isLevelEnabled` is: requests are not logged. */
  debug?(fields: Readonly<Record<string, unknown>>, message: string): void;
  isLevelEnabled?(level: 'debug'): boolean;
}

/** Says nothing; the default of the library. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined };
