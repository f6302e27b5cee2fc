/** Checks that the links between the pages of this repository lead to a file and a heading that exist. Pages of the web are not fetched. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, linksOf } from './docs/markdown.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['*.md', '{docs,examples,packages,helm,k8s,bench,loadtest}/**/*.md', '.github/**/*.md'];
const pages = globSync(PAGES, { cwd: ROOT, exclude: ['**/node_modules/**', '**/template/**'] });

const textOf = (file: string) => readFileSync(file, 'utf8');

/** The links of a page that lead nowhere. */
function broken(page: string): string[] {
  return linksOf(textOf(join(ROOT, page))).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(textOf(file)).has(anchor));
  });
}

test.each(pages)('%s has no broken link', (page) => {
  expect(broken(page)).toEqual([]);
});

const PLACES = 'docs/where-to-run.md';

/** The quoted texts of a test file. Titles of tests are among them, comments are not. */
const quoted = (file: string) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(['"`])((?:(?!\1).)+)\1/g)].map(([, , text = '']) => text);

describe(PLACES, () => {
  const lines = readFileSync(join(ROOT, PLACES), 'utf8').split('\n');
  const rows = lines.filter((line, index) => line.startsWith('| ') && !lines[index + 1]?.startsWith('|---'));
  const testsOf = (row: string) =>
    [...row.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)].map(([, title = '', file = '']) => ({ title, file }));

  test('each row names a test that is there', () => {
    expect(rows.filter((row) => testsOf(row).length === 0)).toEqual([]);
    const missing = rows
      .flatMap(testsOf)
      .filter(({ title, file }) => !quoted(file).some((text) => text.includes(title)));
    expect(missing).toEqual([]);
  });

  test('every platform with an example has a row', () => {
    const examples = readdirSync(join(ROOT, 'examples/serverless'), { withFileTypes: true });
    const platforms = examples.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(platforms.length).toBeGreaterThan(3);
    const withoutRow = platforms.filter((name) => !rows.some((row) => row.toLowerCase().includes(name)));
    expect(withoutRow).toEqual([]);
  });
});
