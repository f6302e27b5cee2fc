import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { watchPauses } from './pauses.ts';

it('tells the longest pause for garbage of a process since a time', () => {
  const pauses = watchPauses();
  try {
    // Live objects make a full collection take milliseconds.
    const work =
      'globalThis.kept = Array.from({ length: 300_000 }, (_, n) => ({ n })); gc(); setTimeout(() => {}, 50);';
    const env = { ...process.env, ...pauses.env('--expose-gc') };
    const before = Date.now();
    execFileSync(process.execPath, ['-e', work], { env });
    expect(pauses.longestSince(before)).toBeGreaterThanOrEqual(1);
    expect(pauses.longestSince(Date.now() + 1)).toBe(0);
  } finally {
    pauses.stop();
  }
});
