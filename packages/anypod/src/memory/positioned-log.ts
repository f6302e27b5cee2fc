import { comparePositions } from '../core/store/standing-log.ts';
import type { Clock } from './expiring-map.ts';

/** A capped log with ever-growing positions like those of a Redis Stream: `<ms>-<n>`. */
export interface PositionedLog<V> {
  append(value: V): string;
  after(position: string): { position: string; value: V }[];
  /** The newest position, even if its value is no longer kept; `0-0` before the first. */
  tail(): string;
}

/** Keeps the newest `limit` values until `keepMs` after the newest one. */
export function createPositionedLog<V>(clock: Clock, limit: number, keepMs: number): PositionedLog<V> {
  let entries: { position: string; value: V }[] = [];
  let lastMs = 0;
  let count = 0;
  let last = '0-0';

  function dropExpired(): void {
    if (entries.length > 0 && clock() >= lastMs + keepMs) entries = [];
  }

  return {
    append(value) {
      dropExpired();
      const now = Math.max(clock(), lastMs);
      count = now === lastMs ? count + 1 : 0;
      lastMs = now;
      last = `${now}-${count}`;
      entries.push({ position: last, value });
      if (entries.length > limit) entries.shift();
      return last;
    },
    after(position) {
      dropExpired();
      return entries.filter((entry) => comparePositions(entry.position, position) > 0);
    },
    tail: () => last,
  };
}
