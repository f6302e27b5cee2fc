import { describe, expect, it } from 'vitest';
import { isDeepText, isDeepValue } from './nesting.ts';

const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
const padded = (text: string) => `{"padding":"${'x'.repeat(300)}","value":${text}}`;

describe('nesting', () => {
  it.each<[string, boolean]>([
    [nested(100), false],
    [nested(101), true],
    [objects(100), false],
    [objects(101), true],
    [padded(nested(99)), false],
    [padded(nested(100)), true],
    [JSON.stringify(Array.from({ length: 500 }, () => [{}])), false],
    [JSON.stringify(['['.repeat(500), nested(80), { '{': ']' }]), false],
    [JSON.stringify([`"${'\\"'.repeat(200)}[[[`, '['.repeat(200)]), false],
    [JSON.stringify(['\\', JSON.parse(nested(100)), '\\\\']), true],
    [`["\\\\",${nested(100)}]`, true],
    [`["\\"",${nested(99)},"\\\\\\"${'['.repeat(300)}"]`, false],
  ])('of the text and of the value alike: %.60s', (text, deep) => {
    expect(isDeepText(text, 100)).toBe(deep);
    expect(isDeepValue(JSON.parse(text), 100)).toBe(deep);
  });

  it('judges text that is not JSON, and ends', () => {
    expect(isDeepText('['.repeat(1000), 100)).toBe(true);
    expect(isDeepText(`"${'['.repeat(1000)}`, 100)).toBe(false);
    expect(isDeepText(']'.repeat(1000), 100)).toBe(false);
  });

  it.each([undefined, null, 1, 'text'])('has no depth where the value is %j', (value) => {
    expect(isDeepValue(value, 0)).toBe(false);
  });

  it('judges a value that is nested a hundred thousand deep without recursion', () => {
    let value: unknown = [];
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(isDeepValue(value, 200_000)).toBe(false);
    expect(isDeepValue(value, 100_000)).toBe(true);
  });
});
