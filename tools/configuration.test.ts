/**
 * Checks that `docs/configuration.md` has a row for every setting of `anypod serve` and of the service, that the row says what the code says,
 * and that there is no other row.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Setting } from '../packages/anypod/src/serve/setting.ts';
import { SETTINGS } from '../packages/anypod/src/serve/settings.ts';
import { CONSOLE_SETTINGS } from '../services/console/src/settings.ts';
import { TELEMETRY_SETTINGS } from '../services/mcp-server/src/telemetry/settings.ts';

const DOCUMENT = join(import.meta.dirname, '../docs/configuration.md');

interface Row {
  readonly flag: string;
  readonly env: string;
  readonly default: string;
  readonly description: string;
}

/** The document's section on the service, and everything else. */
const [pod = '', service = ''] = splitAt(readFileSync(DOCUMENT, 'utf8'), '## Settings of the service');

/** Cuts the section under `heading` out. */
function splitAt(markdown: string, heading: string): [rest: string, section: string] {
  const [before = '', from = ''] = markdown.split(heading);
  const [section = '', ...after] = from.split(/^(?=## )/m);
  return [before + after.join(''), section];
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

function documented(settings: readonly Setting[]): Row[] {
  return settings.map(({ flag, env, default: preset, description }) => ({ flag, env, default: preset, description }));
}

test('docs/configuration.md has a row like this for every setting, and no other', () => {
  expect(rowsOf(pod)).toEqual(documented(SETTINGS));
});

test('its section on the service has a row for every setting of the service, and no other', () => {
  expect(rowsOf(service)).toEqual(documented(TELEMETRY_SETTINGS));
});

test('docs/console.md has a row for every setting of the console, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/console.md'), 'utf8');
  expect(rowsOf(page)).toEqual(documented(CONSOLE_SETTINGS));
});
