import { expect, test } from 'vitest';
import type { Row } from '../report.ts';
import { judge, sentences } from './judge.ts';
import { TARGETS, type Target } from './targets.ts';

const TARGET: Target = {
  sentence: 'Ours costs at most half of theirs.',
  of: { name: 'ours', work: 'call' },
  against: { name: 'theirs' },
  atMost: 0.5,
};

function row(name: string, cpuMicrosOfRounds: readonly number[], more: Partial<Row> = {}): Row {
  return {
    name,
    era: 'legacy',
    tools: 1,
    schemas: 'hoisted',
    work: 'call',
    cpuMicros: 0,
    requestsPerSecond: 0,
    timesBare: 0,
    p50: 0,
    p99: 0,
    aloneP50: 0,
    aloneP99: 0,
    rssMb: 0,
    cpuMicrosOfRounds,
    ...more,
  };
}

test('a target at its bound holds; the range is that of rounds measured together', () => {
  const rows = [row('ours', [40, 50, 70]), row('theirs', [100, 125, 90])];
  const [verdict] = judge([rows], [TARGET]);
  expect(verdict).toMatchObject({ ratio: 0.5, held: true, range: [0.4, 70 / 90] });
});

test('a target over its bound does not hold, and says so', () => {
  const verdicts = judge([[row('ours', [51]), row('theirs', [100])]], [TARGET]);
  expect(verdicts[0]?.held).toBe(false);
  expect(sentences(verdicts)).toBe(
    'NOT held      Ours costs at most half of theirs. [call, one tool]: 0.51 (rounds 0.51–0.51)',
  );
});

test('each row that fits is judged against the one that is alike', () => {
  const rows = [
    row('ours', [10]),
    row('ours', [90], { tools: 20 }),
    row('theirs', [100]),
    row('theirs', [120], { tools: 20 }),
  ];
  expect(judge([rows], [TARGET]).map(({ at, ratio }) => [at, ratio])).toEqual([
    ['call, one tool', 0.1],
    ['call, 20 tools', 0.75],
  ]);
});

test('rows of another study are no comparison', () => {
  const verdicts = judge([[row('ours', [10])], [row('theirs', [100])]], [TARGET]);
  expect(verdicts.map(({ held }) => held)).toEqual(['not measured']);
});

test('a target of which nothing was measured is not silent', () => {
  expect(sentences(judge([], [TARGET]))).toBe('not measured  Ours costs at most half of theirs. [call]');
});

test('twenty tools are judged against one of the same server', () => {
  const twenty = TARGETS.filter(({ sentence }) => sentence.includes('twenty tools'));
  const rows = [row('anypod, Redis', [100]), row('anypod, Redis', [111], { tools: 20 })];
  const [verdict] = judge([rows], twenty);
  expect(verdict).toMatchObject({ at: 'call, 20 tools', held: false });
});
