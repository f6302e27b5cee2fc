import { AnypodError, faultText, type Inspection } from 'anypod/operate';
import type { Access, Visitor } from './access/access.ts';
import type { PodWatch } from './metrics/watch-pods.ts';

/** Where the console tells what was done, and what went wrong. */
export interface ConsoleLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the pages are made with. */
export interface ConsoleParts {
  readonly access: Access;
  /** Looks with the user that may only read. */
  readonly looking: Inspection;
  /** Ends sessions and cancels tasks. */
  readonly acting: Inspection;
  /** Undefined: nobody said where the pods serve their metrics. */
  readonly watch: PodWatch | undefined;
  readonly log: ConsoleLog;
}

/** What a request of somebody who is logged in carries. */
export interface Visit {
  readonly Variables: { visitor: Visitor };
}

const REDIS_PAGE = 'docs/redis.md#who-only-looks';

/** What is wrong with Redis, as a sentence. Rethrows anything else. */
export function redisFault(error: unknown): string {
  if (error instanceof AnypodError) return faultText(error, REDIS_PAGE);
  throw error;
}
