import { describe, expect, it } from 'vitest';
import { exponentOf } from './exponents.ts';

const samplesOf = (grow: (size: number) => number) => [10, 100, 1000].map((size) => ({ size, value: grow(size) }));

describe('exponentOf', () => {
  it('is 0 for what stays, 1 for what grows alike, 2 for its square, and less than 0 for what becomes less', () => {
    expect(exponentOf(samplesOf(() => 7))).toBeCloseTo(0);
    expect(exponentOf(samplesOf((size) => 3 * size))).toBeCloseTo(1);
    expect(exponentOf(samplesOf((size) => 0.2 * size ** 2))).toBeCloseTo(2);
    expect(exponentOf(samplesOf((size) => 5 / Math.sqrt(size)))).toBeCloseTo(-0.5);
  });

  it('is no number where there was nothing to measure', () => {
    expect(exponentOf(samplesOf((size) => size - 10))).toBeNaN();
  });
});
