import type { AgeLimit } from '../../core/age-limit.ts';
import { callSafely } from '../../core/call-safely.ts';
import type { Log } from '../../core/log.ts';
import { monotonicNow } from './lease.ts';

/** After the age limit, ends are spread over this share of it. So things that began together do not end together. */
const SPREAD = 0.2;

/** With ticks of one second, an age limit of one hour spreads its ends over 720 ticks. */
const MAX_TICK_MS = 1000;
const TICKS_PER_AGE = 100;

/** An age limit with a running timer. `stop` stops the timer and ends no stream. */
export interface RunningAgeLimit extends AgeLimit {
  stop(): void;
}

const never: RunningAgeLimit = { watch: () => () => undefined, stop: () => undefined };

/**
 * Watches all entries with one timer. Each entry is kept under the tick at which it ends. `maxAgeMs` 0: nothing becomes old, and nothing is kept.
 */
export function createAgeLimit(maxAgeMs: number, log: Log, now: () => number = monotonicNow): RunningAgeLimit {
  if (maxAgeMs === 0) return never;
  const tickMs = Math.min(MAX_TICK_MS, Math.ceil(maxAgeMs / TICKS_PER_AGE));
  const endsAt = new Map<number, Set<() => void>>();
  let ticked = Math.floor(now() / tickMs);

  const timer = setInterval(() => {
    for (const until = Math.floor(now() / tickMs); ticked < until; ) {
      ticked += 1;
      const ends = endsAt.get(ticked);
      endsAt.delete(ticked);
      for (const end of ends ?? []) callSafely(log, 'end an old stream', end);
    }
  }, tickMs);
  timer.unref();

  return {
    watch(end) {
      const tick = Math.ceil((now() + maxAgeMs * (1 + SPREAD * Math.random())) / tickMs);
      const ends = endsAt.get(tick) ?? new Set<() => void>();
      // The Set would keep a function that is watched twice only once. So each watch gets its own entry.
      const entry = () => end();
      endsAt.set(tick, ends.add(entry));
      return () => {
        ends.delete(entry);
        if (ends.size === 0 && endsAt.get(tick) === ends) endsAt.delete(tick);
      };
    },
    stop: () => clearInterval(timer),
  };
}
