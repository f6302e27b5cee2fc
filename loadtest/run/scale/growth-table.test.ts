import { expect, it } from 'vitest';
import { growthFindings } from './growth.ts';
import { growthTable } from './growth-table.ts';

it('puts both axes of a quantity into one row, with their exponents', () => {
  const bySessions = growthFindings('sessions', [
    { size: 10, point: { bytes: 600, connections: 4 } },
    { size: 100, point: { bytes: 6000, connections: 4 } },
  ]);
  const byPods = growthFindings('pods', [
    { size: 1, point: { connections: 4, idle: 0 } },
    { size: 10, point: { connections: 4, idle: 3 } },
  ]);
  expect(growthTable([...bySessions, ...byPods])?.split('\n')).toEqual([
    '|  | 10 sessions | 100 sessions | exponent of sessions | 1 pods | 10 pods | exponent of pods |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    '| bytes | 600 | 6000 | 1.00 |  |  |  |',
    '| connections | 4 | 4 | 0.00 | 4 | 4 | 0.00 |',
    '| idle |  |  |  | 0 | 3 |  |',
    '',
  ]);
});

it('is not there without findings of growth', () => {
  expect(growthTable([{ study: 'scale', subject: 'a', values: { b: 1 }, promises: [] }])).toBeUndefined();
});
