/** `docs/configuration.md` has a row for every setting of `anypod serve`, says of it what the code says, and has no other row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../packages/anypod/src/serve/settings.ts';

const DOCUMENT = join(import.meta.dirname, '../docs/configuration.md');

interface Row {
  readonly flag: string;
  readonly env: string;
  readonly default: string;
  readonly description: string;
}

/** The rows of the table whose first cell is a flag. */
function rowsOf(markdown: string): Row[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('| `--'));
  return lines.map((line) => {
    const [, flag = '', env = '', preset = '', description = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const code = (cell: string) => cell.replaceAll('`', '');
    return { flag: code(flag), env: code(env), default: code(preset), description };
  });
}

test('docs/configuration.md has a row like this for every setting, and no other', () => {
  const documented = rowsOf(readFileSync(DOCUMENT, 'utf8'));
  const settings = SETTINGS.map(({ flag, env, default: preset, description }) => ({
    flag,
    env,
    default: preset,
    description,
  }));
  expect(documented).toEqual(settings);
});
