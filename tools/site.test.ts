/** Checks what makes the documentation site, without building it: `make site` does that, and checks the links of the built pages. */
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenLinks } from './docs/site-links.ts';
import { contents, sitePage, sitePages } from './docs/site-pages.ts';

const ROOT = join(import.meta.dirname, '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anypod-site-'));
  mkdirSync(join(folder, 'docs'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

test('docs/README.md names every page once, in four parts', () => {
  const parts = contents(ROOT);
  expect(parts.map(({ text }) => text)).toEqual(['Tutorial', 'How-to guides', 'Reference', 'Explanation']);
  const named = parts.flatMap(({ items }) => items.map(({ link }) => link));
  const pages = globSync('docs/*.md', { cwd: ROOT }).filter((file) => file !== 'docs/README.md');
  expect(named).toEqual([...new Set(named)]);
  expect(named).toEqual(expect.arrayContaining(pages.map((file) => file.replace(/^docs(.*)\.md$/, '$1'))));
});

test('a page of the site links to its pages, and elsewhere to the repository, or not at all', () => {
  const code = '```ts\n// [a](b.md) <!-- stays -->\n```\n';
  write(
    'docs/a.md',
    '[B](b.md#x) ![D](diagrams/d.svg)\n<!-- hidden -->\n[S](../src/s.ts) [`C`](../helm/anypod/README.md) [W](https://w.example)\n',
  );
  write('docs/b.md', code);
  mkdirSync(join(folder, 'docs/diagrams'));
  write('docs/diagrams/d.svg', '');
  const pages = sitePages(folder);
  const begin = '[B](./b.md#x) ![D](./diagrams/d.svg)\n';
  const end = '[`C`](./chart.md) [W](https://w.example)\n';
  expect(sitePage(folder, 'docs/a.md', pages)).toBe(`${begin}S ${end}`);
  expect(sitePage(folder, 'docs/a.md', pages, 'https://r.example')).toBe(
    `${begin}[S](https://r.example/src/s.ts) ${end}`,
  );
  expect(sitePage(folder, 'docs/b.md', pages)).toBe(code);
});

test('links that lead nowhere are found: to pages, files and headings', () => {
  write(
    'index.html',
    '<a href="/base/docs/a.html#there"> <a href="docs/a#gone"> <img src="/base/gone.svg"> <a href="https://w.example">',
  );
  write('docs/a.html', '<h1 id="there"> <a href="../"> <a href="#there"> <a href="b.html"> <a href="base/a">');
  expect(brokenLinks(folder, '/base/')).toEqual([
    'docs/a.html: b.html leads nowhere',
    'docs/a.html: base/a leads nowhere',
    'index.html: docs/a#gone leads nowhere',
    'index.html: /base/gone.svg leads nowhere',
  ]);
});
