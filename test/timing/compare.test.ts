import { expect, test } from 'vitest';
import { compareTimes } from './compare.ts';

const numbers = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => from + ((index * 7919) % 1000));

test('times of one distribution are not told apart, times of two are', () => {
  const same = compareTimes(numbers(1000, 0), numbers(1000, 0));
  expect(same.longer).toBeCloseTo(0.5);
  expect(same.p).toBeGreaterThan(0.99);
  const later = compareTimes(numbers(1000, 100), numbers(1000, 0));
  expect(later.longer).toBeCloseTo(0.595, 2);
  expect(later.p).toBeLessThan(0.001);
});

test('an example that can be worked out by hand', () => {
  expect(compareTimes([1, 2, 4], [3, 5, 5])).toEqual({ medians: [2, 5], longer: 1 / 9, p: expect.closeTo(0.127, 3) });
});
