import { expect, test } from 'vitest';
import type { Kind } from './kinds.ts';
import type { Sample } from './measure.ts';
import { median } from './median.ts';
import { summarize, table } from './report.ts';
import type { Result } from './rounds.ts';
import { subject } from './suites.ts';

function result(name: string, cpus: readonly number[], sessionKb?: number): Result {
  const kind: Kind = { name, era: 'legacy', command: () => ['true'] };
  const sample = (cpuMicros: number): Sample => {
    return { cpuMicros, requestsPerSecond: 1000, p50: 1, p99: 2, aloneP50: 0.1, aloneP99: 0.2 };
  };
  const memory = sessionKb === undefined ? { rssMb: 80 } : { rssMb: 80, sessionKb };
  return { subject: subject(kind, 'call', 1), samples: cpus.map(sample), memory };
}

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('a row has the median of its rounds, and its ratio to that of the first', () => {
  const [, row] = summarize([result('bare', [50, 40, 90]), result('ours', [100, 140, 120])]);
  expect(row).toMatchObject({ cpuMicros: 120, timesBare: 2.4, cpuMicrosOfRounds: [100, 140, 120] });
});

test('the table has a column of sessions only where they were measured', () => {
  expect(table(summarize([result('bare', [50])]))).not.toContain('KB/session');
  expect(table(summarize([result('ours', [50], 12.34)]))).toMatch(/KB\/session\n.* 12\.3$/);
});
