/** Checks that new projects begin with the versions that anypod is tested with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERSIONS } from '../packages/create-anypod/src/project-package.ts';

const ROOT = join(import.meta.dirname, '..');

interface PackageJson extends Record<string, unknown> {
  readonly version: string;
}

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as PackageJson;
const anypod = read('packages/anypod/package.json');

/** The range of a package where this repository uses it. */
function rangeOf(name: string): string | undefined {
  const uses = [anypod, read('package.json')].flatMap((one) => [one['dependencies'], one['devDependencies']]);
  return uses.map((one) => (one as Record<string, string> | undefined)?.[name]).find(Boolean);
}

test.each(Object.values(VERSIONS))('%s', (name, range) => {
  expect(range).toBe(rangeOf(name));
});
