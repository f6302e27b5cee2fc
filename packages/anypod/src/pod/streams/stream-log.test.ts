import { describe, expect, it } from 'vitest';
import { countAtOnce } from './stream-log.ts';

const events = (count: number, length: number) => Array.from({ length: count }, () => ({ data: 'x'.repeat(length) }));

describe('one write to a log', () => {
  it('takes all events if they are few and small', () => {
    expect(countAtOnce(events(100, 10))).toBe(100);
    expect(countAtOnce([])).toBe(0);
  });

  it('is limited in number and length, but takes one event of any size', () => {
    expect(countAtOnce(events(101, 10))).toBe(100);
    expect(countAtOnce(events(5, 400_000))).toBe(2);
    expect(countAtOnce(events(5, 3_000_000))).toBe(1);
  });
});
