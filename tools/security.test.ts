/** Each threat of SECURITY.md names tests that exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { texts } from './test-titles.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');

interface Threat {
  readonly text: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** The rows of the tables of threats. */
const threats: readonly Threat[] = page
  .slice(page.indexOf('\n## Threats'), page.indexOf('\n## Out of scope'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Threat |'))
  .map((line) => {
    const named = [...line.matchAll(/`([\w./-]+\.test\.ts)` "([^"]+)"/g)];
    return { text: line.split(' | ')[0] ?? '', tests: named.map(([, file = '', title = '']) => ({ file, title })) };
  });

it('names a test for each threat', () => {
  expect(threats.length).toBeGreaterThan(25);
  expect(threats.filter(({ tests }) => tests.length === 0).map(({ text }) => text)).toEqual([]);
});

it('names only tests that exist', () => {
  const missing = threats.flatMap(({ tests }) => tests).filter(({ file, title }) => !texts(file).has(title));
  expect(missing).toEqual([]);
});
