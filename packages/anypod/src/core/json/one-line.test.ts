import { expect, it } from 'vitest';
import { onOneLine } from './one-line.ts';

it.each(['\u2028', '\u2029', '\u0085', 'a\u2028b\u2029c\u0085d', '日本\u2028😀'])(
  'writes %j on one line, which says the same',
  (text) => {
    const line = onOneLine(JSON.stringify({ text }));
    expect(line).not.toMatch(/[\u2028\u2029\u0085]/);
    expect(JSON.parse(line)).toEqual({ text });
  },
);

it('leaves all else as it is', () => {
  const text = JSON.stringify({ text: 'plain \n \u0086 日本 😀' });
  expect(onOneLine(text)).toBe(text);
});
