import { comparePositions } from '../core/standing-log.ts';
import type { Clock } from './clock.ts';

/** A capped log with positions like those of a Redis Stream: `<ms>-<n>`, ever growing. */
export interface PositionedLog<V> {
  append(value: V): string;
  after(position: string): { position: string; value: V }[];
  /** The newest position; `0-0` of an empty log. */
  tail(): string;
}

/** Keeps `limit` values, and all of them for `keepMs` after the newest. */
export function createPositionedLog<V>(clock: Clock, limit: number, keepMs: number): PositionedLog<V> {
  let entries: { position: string; value: V }[] = [];
  let lastMs = 0;
  let count = 0;

  function dropExpired(): void {
    if (entries.length > 0 && clock() >= lastMs + keepMs) entries = [];
  }

  return {
    append(value) {
      dropExpired();
      const now = Math.max(clock(), lastMs);
      count = now === lastMs ? count + 1 : 0;
      lastMs = now;
      const position = `${now}-${count}`;
      entries.push({ position, value });
      if (entries.length > limit) entries.shift();
      return position;
    },
    after(position) {
      dropExpired();
      return entries.filter((entry) => comparePositions(entry.position, position) > 0);
    },
    tail() {
      dropExpired();
      return entries.at(-1)?.position ?? '0-0';
    },
  };
}
