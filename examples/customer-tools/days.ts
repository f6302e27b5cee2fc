const DAY_MS = 24 * 60 * 60 * 1000;

/** The days from `start` to `end`, both included, as `YYYY-MM-DD`. Empty where `end` is before `start`. */
export function daysBetween(start: string, end: string): string[] {
  const first = Date.parse(start);
  const count = Math.max(0, Math.round((Date.parse(end) - first) / DAY_MS) + 1);
  return Array.from({ length: count }, (_, index) => new Date(first + index * DAY_MS).toISOString().slice(0, 10));
}
