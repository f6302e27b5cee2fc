import { expect, test } from 'vitest';
import { durationText, fitText, tableText } from './table.ts';

test('columns are aligned, and a cell cannot command the terminal', () => {
  const rows = [
    ['1', 'a\u001b[2J\nb'],
    ['22', 'xyz'],
  ];
  expect(tableText(['N', 'TEXT'], rows)).toBe(`N   TEXT\n1   a [2J b\n22  xyz`);
});

test('a text that a client chooses is cut to what fits', () => {
  expect([fitText('abcd', 4), fitText('abcde', 4)]).toEqual(['abcd', 'abc…']);
});

test.each([
  [999, '999ms'],
  [1000, '1s'],
  [-61_000, '-1m'],
  [7_300_000, '2h'],
  [200_000_000, '2d'],
])('%i ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
