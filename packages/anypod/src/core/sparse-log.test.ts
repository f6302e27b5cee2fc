import { expect, it } from 'vitest';
import { createSparseLog } from './sparse-log.ts';

function record() {
  let at = 0;
  const told: [at: number, message: string, repeated: unknown][] = [];
  const log = createSparseLog(
    { info: () => undefined, warn: ({ repeated }, message) => void told.push([at, message, repeated]) },
    () => at,
  );
  const pass = (ms: number) => {
    at += ms;
  };
  return { log, told, pass };
}

it('tells what repeats at once, and then ever more rarely, with the number of those left out', () => {
  const { log, told, pass } = record();
  for (let n = 0; n < 1000; n++) {
    log.warn({ reason: 'away' }, 'lost');
    pass(250);
  }
  expect(told.map(([at]) => at / 1000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  expect(told.map(([, , repeated]) => repeated).slice(0, 4)).toEqual([undefined, 3, 7, 15]);
});

it('tells other messages and other reasons at once, and the same one again when it is news', () => {
  const { log, told, pass } = record();
  for (const reason of ['away', 'away', 'refused']) log.warn({ reason }, 'lost');
  log.warn({ err: new Error('a') }, 'failed');
  log.warn({ err: new Error('b') }, 'failed');
  expect(told).toHaveLength(4);
  pass(121_000);
  log.warn({ reason: 'away' }, 'lost');
  expect(told.at(-1)).toEqual([121_000, 'lost', undefined]);
});
