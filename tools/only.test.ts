import { expect, test } from 'vitest';
import { readOnly } from './only.ts';

const KNOWN = ['lint', 'test-cluster', 'test-unit'];

test.each([
  ['', undefined],
  ['lint', { steps: ['lint'], files: [] }],
  ['cluster, test-unit', { steps: ['test-cluster', 'test-unit'], files: [] }],
  ['test/a.test.ts lint', { steps: ['lint'], files: ['test/a.test.ts'] }],
])('ONLY=%s', (text, only) => {
  expect(readOnly(text, KNOWN)).toEqual(only);
});

test('an unknown step is refused, with those that there are', () => {
  expect(() => readOnly('clutser', KNOWN)).toThrow(
    'there is no such step. Use a test file, or lint, test-cluster, test-unit.',
  );
});
