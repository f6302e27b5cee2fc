/** `docs/limits.md` and `test/security/README.md` name settings, reasons and tests that exist, and all of them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LIMIT_SETTINGS } from '../packages/anypod/src/serve/settings/limit-settings.ts';
import { SETTINGS } from '../packages/anypod/src/serve/settings/settings.ts';
import { texts } from './test-titles.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The cells of the rows of all tables of a page, without their heads. */
function rowsOf(page: string): readonly (readonly string[])[] {
  const lines = page
    .split('\n')
    .filter((line, at, all) => line.startsWith('| ') && !(all[at + 1] ?? '').startsWith('|-'));
  return lines.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |\|$/g, '').trim()));
}

/** The tests that a cell names, each in its file. */
function testsIn(cell: string): readonly { readonly file: string; readonly title: string | undefined }[] {
  return [...cell.matchAll(/`([\w./-]+\.(?:test|contract)\.ts)`(?: "([^"]+)")?/g)].map(([, file = '', title]) => ({
    file,
    title,
  }));
}

const missing = (cells: readonly string[]) =>
  cells
    .flatMap(testsIn)
    .filter(({ file, title }) => (title === undefined ? !existsSync(join(ROOT, file)) : !texts(file).has(title)));

describe('docs/limits.md', () => {
  const rows = rowsOf(read('docs/limits.md'));
  const named = (pattern: RegExp) =>
    new Set(rows.flatMap((cells) => [...cells.join(' ').matchAll(pattern)].map(([, name = '']) => name)));

  test('names a setting and a test for each limit [limits.documented]', () => {
    expect(rows.length).toBeGreaterThan(20);
    const incomplete = rows.filter(
      (cells) => !/`ANYPOD_\w+`/.test(cells[1] ?? '') || testsIn(cells.at(-1) ?? '').length === 0,
    );
    expect(incomplete.map(([limit]) => limit)).toEqual([]);
  });

  test('names only settings that exist, and all that are limits [limits.documented]', () => {
    const known = new Set(SETTINGS.map(({ env }) => env));
    const settings = named(/`(ANYPOD_\w+)`/g);
    expect([...settings].filter((env) => !known.has(env))).toEqual([]);
    expect(LIMIT_SETTINGS.map(({ env }) => env).filter((env) => !settings.has(env))).toEqual([]);
  });

  test('has every reason with which a limit refuses, and docs/metrics.md too [limits.documented]', () => {
    const [, union = ''] = /type LimitReason =([^;]+);/.exec(read('packages/anypod/src/core/limited.ts')) ?? [];
    const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
    const here = named(/`([a-z]+(?:_[a-z]+)*)`/g);
    expect(reasons.filter((reason) => !here.has(reason))).toEqual([]);
    const metrics = read('docs/metrics.md');
    expect(reasons.filter((reason) => !metrics.includes(`\`${reason}\``))).toEqual([]);
  });

  test('names only tests that exist [limits.documented]', () => {
    expect(missing(rows.map((cells) => cells.at(-1) ?? ''))).toEqual([]);
  });
});

describe('the ledger of abuse cases', () => {
  const rows = rowsOf(read('test/security/README.md'));

  test('has sixty cases or more, each once [security.ledger]', () => {
    const cases = rows.map(([name]) => name);
    expect(new Set(cases).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  test('names texts that exist in its tests [security.ledger]', () => {
    const named = rows.flatMap(([name = '', where = '']) => {
      const [, file = '', text = ''] = /^`([\w-]+\.test\.ts|[\w-]+\.ts)` "(.+)"$/.exec(where) ?? [];
      return [{ name, file: `test/security/${file}`, text }];
    });
    expect(named.filter(({ file, text }) => !texts(file).has(text))).toEqual([]);
  });
});
