import { expect, test } from 'vitest';
import { chart } from './chart.ts';

const NUMBERS = { requestsPerSecond: 1, timesBare: 1, p50: 1, p99: 1, aloneP50: 1, aloneP99: 1, rssMb: 1 };

function row(name: string, cpuMicros: number, sessionKb?: number) {
  const subject = { name, era: 'legacy', tools: 1, schemas: 'hoisted', work: 'open' } as const;
  const kilobytes = sessionKb === undefined ? {} : { sessionKb, sessionRedisKb: 1 };
  return { ...subject, ...NUMBERS, cpuMicros, cpuMicrosOfRounds: [cpuMicros], ...kilobytes };
}

/** The texts of a drawing, in order. */
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

test('a study is drawn with its cheapest server first, and memory only where it was weighed', () => {
  const drawing = chart([
    { name: 'session', title: 'A & B', rows: [row('slow', 200), row('fast', 5)] },
    { name: 'open', title: 'Opened', rows: [row('only', 70, 2)] },
  ]);
  expect(texts(drawing)).toEqual([
    ...['A &amp; B: CPU µs', 'fast · 1', '5.0', 'slow · 1', '200'],
    ...['Opened: CPU µs', 'only · 1', '70'],
    ...['KB per idle session, in the process and in Redis', 'only · 1', '3.0'],
  ]);
});

test('the longest bar is that of the most, and the others are in proportion', () => {
  const drawing = chart([{ name: 'session', title: 'A', rows: [row('half', 50), row('most', 100)] }]);
  expect([...drawing.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) => Number(width))).toEqual([
    210, 420,
  ]);
});
