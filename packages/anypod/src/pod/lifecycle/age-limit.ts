import type { AgeLimit } from '../../core/age-limit.ts';
import { callSafely } from '../../core/call-safely.ts';
import type { Log } from '../../core/log.ts';
import { monotonicNow } from './lease.ts';

/** What began together ends spread over this share of the age, after it. */
const SPREAD = 0.2;

/** With a tick of at most a second the ends of an hour are spread over 720 ticks. */
const MAX_TICK_MS = 1000;
const TICKS_PER_AGE = 100;

/** AgeLimit that run; `stop` ends nothing. */
export interface RunningAgeLimit extends AgeLimit {
  stop(): void;
}

const never: RunningAgeLimit = { watch: () => () => undefined, stop: () => undefined };

/**
 * Watches everything with one timer: what is to end is kept under the tick of its end. `maxAgeMs` 0: nothing becomes old, and nothing is kept.
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
      for (const end of ends ?? []) callSafely(log, 'end what is old', end);
    }
  }, tickMs);
  timer.unref();

  return {
    watch(end) {
      const tick = Math.ceil((now() + maxAgeMs * (1 + SPREAD * Math.random())) / tickMs);
      const ends = endsAt.get(tick) ?? new Set<() => void>();
      // An entry of its own: the same function may be to be called several times.
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
