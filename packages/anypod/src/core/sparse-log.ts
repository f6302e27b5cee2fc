import type { Log } from './log.ts';

const FIRST_GAP_MS = 1000;
const LONGEST_GAP_MS = 60_000;
/** After this time without a warning, its next one is news. */
const NEWS_AFTER_MS = 2 * LONGEST_GAP_MS;
const MOST_KINDS = 100;

interface Told {
  gapMs: number;
  nextAt: number;
  seenAt: number;
  skipped: number;
}

/**
 * A log for loops that repeat what fails. It tells a warning at once, and then again after 1, 2, 4 … 60 s while it lasts, with the number of those left
 * out in `repeated`. Warnings are the same if message, `what`, and `reason` or the message of `err` are.
 */
export function createSparseLog(log: Log, now: () => number = Date.now): Log {
  const kinds = new Map<string, Told>();

  /** How many times the warning was left out since it was last told. Undefined: it is left out now, too. */
  function due(kind: string): number | undefined {
    const at = now();
    const told = kinds.get(kind);
    if (told === undefined || at - told.seenAt > NEWS_AFTER_MS) {
      if (kinds.size >= MOST_KINDS) kinds.clear();
      kinds.set(kind, { gapMs: FIRST_GAP_MS, nextAt: at + FIRST_GAP_MS, seenAt: at, skipped: 0 });
      return 0;
    }
    told.seenAt = at;
    if (at < told.nextAt) {
      told.skipped += 1;
      return undefined;
    }
    const { skipped } = told;
    told.gapMs = Math.min(2 * told.gapMs, LONGEST_GAP_MS);
    told.nextAt = at + told.gapMs;
    told.skipped = 0;
    return skipped;
  }

  return {
    info: (fields, message) => log.info(fields, message),
    warn(fields, message) {
      const repeated = due(kindOf(fields, message));
      if (repeated !== undefined) log.warn(repeated === 0 ? fields : { ...fields, repeated }, message);
    },
  };
}

function kindOf({ what, reason, err }: Readonly<Record<string, unknown>>, message: string): string {
  return JSON.stringify([message, what, reason, err instanceof Error ? err.message : undefined]);
}
