/** Checks that everything that is released together has one version, and that the next one can be set. */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageVersion, releasePlaces } from './release-places.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');
const versionOf = (root: string, name: string) =>
  (JSON.parse(read(root, `packages/${name}/package.json`)) as { version: string }).version;

test.each(releasePlaces().map((place) => [place.path, place.versions] as const))(
  '%s names the version',
  (_path, versions) => {
    expect(new Set(versions)).toEqual(new Set([packageVersion()]));
  },
);

test('both packages have it', () => expect(versionOf(ROOT, 'create-anypod')).toBe(packageVersion()));

const copy = mkdtempSync(join(tmpdir(), 'anypod-version-'));
afterAll(() => rmSync(copy, { recursive: true }));

interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What the workspaces require of each other at another version than they have: npm would look for that in a registry. */
function unmetRequirements(root: string): readonly string[] {
  const files = globSync('{packages,services,examples}/*/package.json', { cwd: root });
  const manifests = files.map((file) => JSON.parse(read(root, file)) as Manifest);
  const versions = new Map(manifests.map(({ name, version }) => [name, version]));
  return manifests.flatMap(({ name, dependencies = {} }) =>
    Object.entries(dependencies)
      .filter(([other, range]) => versions.has(other) && range !== `^${versions.get(other)}`)
      .map(([other, range]) => `${name} requires ${other} ${range}`),
  );
}

/** The repository as it is, without what is built or fetched. */
function copyRepository(): void {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.trim().split('\n')) cpSync(join(ROOT, file), join(copy, file), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: copy, stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'all');
}

test('npm run version sets the next version everywhere, and begins its section of the changelog', () => {
  copyRepository();
  writeFileSync(join(copy, '.changeset/test.md'), '---\n"anypod": minor\n---\n\nOne more thing.\n');
  execFileSync('npm', ['run', '--silent', 'version'], { cwd: copy, stdio: 'pipe' });
  const next = versionOf(copy, 'anypod');
  expect(next).not.toBe(packageVersion());
  expect(versionOf(copy, 'create-anypod')).toBe(next);
  expect(unmetRequirements(copy)).toEqual([]);
  for (const place of releasePlaces()) expect(read(copy, place.path), place.path).toBe(place.with(next));
  expect(read(copy, 'CHANGELOG.md')).toMatch(
    new RegExp(`\\n## Unreleased\\n\\n## ${next} \\(\\d{4}-\\d\\d-\\d\\d\\)\\n`),
  );
  const notes = (version: string) =>
    execFileSync(process.execPath, ['tools/release-notes.ts', version], { cwd: copy, encoding: 'utf8', stdio: 'pipe' });
  expect(notes(next)).not.toMatch(/^## /m);
  expect(() => notes('99.0.0')).toThrow('CHANGELOG.md has no section for version 99.0.0');
  expect(readdirSync(join(copy, '.changeset')).sort()).toEqual(['README.md', 'config.json']);
});
