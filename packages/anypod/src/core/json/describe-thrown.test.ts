import { describe, expect, it } from 'vitest';
import { describeThrown } from './describe-thrown.ts';

const withGetter = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('no message for you');
  },
});
const trap = () => {
  throw new Error('trapped');
};
const hostile = new Proxy({}, { get: trap, getPrototypeOf: trap, has: trap, ownKeys: trap });

describe('what was thrown, in words', () => {
  it.each<[string, unknown, string]>([
    ['an error', new RangeError('too far'), 'RangeError: too far'],
    ['a frozen error', Object.freeze(new Error('cold')), 'Error: cold'],
    ['a string', 'just words', 'just words'],
    ['an empty string', '', 'an empty string was thrown'],
    ['undefined', undefined, 'undefined was thrown'],
    ['null', null, 'null was thrown'],
    ['a number', 7, '7 was thrown'],
    ['a bigint', 7n, '7 was thrown'],
    ['a symbol', Symbol('s'), 'a symbol was thrown'],
    ['a function', () => 1, 'a function was thrown'],
    ['an object without a prototype', Object.create(null), 'an object that is no error was thrown'],
    ['an object like an error', { message: 'nearly' }, 'nearly'],
    [
      'an error whose message is no string',
      Object.assign(new Error('x'), { message: 3 }),
      'an object that is no error was thrown',
    ],
    ['an error whose message throws', withGetter, 'an error that cannot be read'],
    ['a proxy that throws whatever is done', hostile, 'an error that cannot be read'],
  ])('%s', (_what, thrown, words) => {
    expect(describeThrown(thrown)).toBe(words);
  });

  it('is short, however long the message is', () => {
    expect(describeThrown(new Error('x'.repeat(1_000_000)))).toHaveLength(501);
  });
});
