import { expect, test } from 'vitest';
import { forTerminal, resultText } from './result-text.ts';

test('texts are printed as they are, and other contents in a line each', () => {
  const content = [
    { type: 'text' as const, text: 'one' },
    { type: 'image' as const, data: 'AAAA', mimeType: 'image/png' },
    { type: 'resource_link' as const, uri: 'note://one', name: 'one' },
    { type: 'resource' as const, resource: { uri: 'note://two', text: 'two' } },
  ];
  expect(resultText({ content })).toBe(
    'one\n[image: image/png, 3 bytes; --json has them]\n[resource: note://one]\ntwo',
  );
  expect(resultText({ content: [], structuredContent: { a: 1 } })).toBe('{\n  "a": 1\n}');
  expect(resultText({ content: [] })).toBe('');
});

test('a tool cannot command the terminal', () => {
  expect(forTerminal('a\u001b[2Jb\tc\nd\u009b1m\u0007')).toBe('a[2Jb\tc\nd1m');
});
