import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('malformed requests neither crash a pod nor make it blame itself, and leave nothing behind', async () => {
  const { sent, faults, leaks } = await fuzz({ count: 10_000, seed: 20_261_130 });
  expect(faults).toEqual([]);
  expect(leaks).toEqual([]);
  expect(sent).toBeGreaterThanOrEqual(10_000);
});
