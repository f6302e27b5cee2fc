import { expect, test } from 'vitest';
import { cacheBudget } from './cache-budget.ts';

const MIB = 1024 * 1024;

test.each([
  [80, 20],
  [256, 64],
  [512, 128],
  [8192, 128],
])('of a heap of %i MiB, %i MiB are for idle sessions', (heap, budget) => {
  expect(cacheBudget(heap * MIB)).toBe(budget * MIB);
});
