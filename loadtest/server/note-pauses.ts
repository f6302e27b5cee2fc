/** Loaded before a server: appends each pause for garbage of a millisecond or more to a file, with its time. */
import { appendFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

const file = process.env['PAUSES_FILE'] ?? '';
const LEAST_MS = 1;

new PerformanceObserver((list) => {
  const long = list.getEntries().filter(({ duration }) => duration >= LEAST_MS);
  const lines = long.map(({ startTime, duration }) => `${performance.timeOrigin + startTime} ${duration}\n`);
  if (lines.length > 0) appendFileSync(file, lines.join(''));
}).observe({ entryTypes: ['gc'] });
