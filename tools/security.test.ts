/** Each threat of SECURITY.md names tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

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

/** The texts that a file passes on, such as the titles of its tests, without the ids of requirements behind them. */
function texts(file: string): ReadonlySet<string> {
  if (!existsSync(join(root, file))) return new Set();
  const literals = readFileSync(join(root, file), 'utf8').matchAll(/(['"`])((?:(?!\1).)+)\1,/g);
  return new Set([...literals].map(([, , text = '']) => text.replace(/(?: \[[\w.-]+\])+$/, '')));
}

it('names a test for each threat', () => {
  expect(threats.length).toBeGreaterThan(25);
  expect(threats.filter(({ tests }) => tests.length === 0).map(({ text }) => text)).toEqual([]);
});

it('names only tests that exist', () => {
  const missing = threats.flatMap(({ tests }) => tests).filter(({ file, title }) => !texts(file).has(title));
  expect(missing).toEqual([]);
});
