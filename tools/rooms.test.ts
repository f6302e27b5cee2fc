import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const LIBRARY = 'packages/anypod/src/';

const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const [, map = ''] = /## Rooms\n+```text\n(.*?)```/s.exec(page) ?? [];

/** The names at the beginning of the map's lines that are indented by `indent` spaces. */
const listed = (indent: number) =>
  [...map.matchAll(new RegExp(`^ {${indent}}(?! )([\\w./-]+)`, 'gm'))].map(([, name]) => name ?? '');

/** The folders in a folder, with a slash at the end, except those that git ignores. */
function folders(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|test-results$)/.test(entry.name))
    .map(({ name }) => `${name}/`);
}

test('the map of the architecture has every room, once', () => {
  const rooms = listed(0).filter((name) => name !== LIBRARY);
  const packages = folders('packages').map((name) => `packages/${name}`);
  const other = folders('.').filter((name) => name !== 'packages/');
  expect(rooms.sort()).toEqual([...other, ...packages.filter((name) => !LIBRARY.startsWith(name))].sort());
  expect(listed(2).sort()).toEqual([...folders(LIBRARY), 'anypod.ts'].sort());
});
