import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import type { TargetName } from './target.ts';

test.concurrent.each<[string, TargetName, number]>([
  ['a pod', 'streamable', 5000],
  ['a pod with HTTP+SSE', 'sse', 2500],
  ['a pod with authorization', 'auth', 2500],
])(
  'malformed requests neither crash %s nor make it blame itself, and leave nothing behind',
  async (_name, target, count) => {
    const { sent, faults, leaks } = await fuzz({ target, count, seed: 20_261_130 });
    expect(faults).toEqual([]);
    expect(leaks).toEqual([]);
    expect(sent).toBeGreaterThanOrEqual(count);
  },
);
