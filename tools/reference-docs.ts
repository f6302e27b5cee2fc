/**
 * Makes the parts of the documentation that are generated from the commands and settings: `docs/cli-reference.md`, and the tables of
 * `docs/configuration.md` and `docs/console.md`. `--check` writes nothing and fails if one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting } from '../packages/anypod/src/serve/settings/setting.ts';
import { SETTINGS } from '../packages/anypod/src/serve/settings/settings.ts';
import { CONSOLE_SETTINGS } from '../services/console/src/settings.ts';
import { TELEMETRY_SETTINGS } from '../services/mcp-server/src/telemetry/settings.ts';
import { helpOf } from './docs/command-help.ts';

const DOCS = join(import.meta.dirname, '../docs');
const read = (file: string) => readFileSync(join(DOCS, file), 'utf8');

/** A table of settings: a row for each. */
function tableOf(settings: readonly Setting[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const code = (text: string) => (text === '' ? '' : `\`${text}\``);
  const rows = settings.map(({ flag, env, default: preset, description }) => {
    return `| ${code(flag)} | ${code(env)} | ${code(preset)} | ${cell(description)} |`;
  });
  return ['| Flag | Environment | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page with its tables of settings made anew, in order. */
function withTables(page: string, ...tables: readonly (readonly Setting[])[]): string {
  const rest = [...tables];
  const made = page.replaceAll(
    /^\| Flag \| Environment \| Default \| Meaning \|\n(?:\|.*\n)+/gm,
    () => `${tableOf(rest.shift() ?? [])}\n`,
  );
  if (rest.length > 0) throw new Error('A page lacks a table of settings');
  return made;
}

const HEAD = `# Command reference

What each command prints for \`--help\`, made from the source by \`make reference\`. [Commands](cli.md) says what they are for, with examples and exit codes.
\`anypod serve\` and \`anypod stdio\` take the flags of [configuration](configuration.md).
`;

/** `serve` and `stdio` print the settings, which have a page of their own. */
async function commandPage(): Promise<string> {
  const commands = [...(await helpOf())].filter(([name]) => name !== 'serve' && name !== 'stdio').sort();
  const sections = commands.map(([name, help]) => `## anypod ${name}\n\n\`\`\`text\n${help}\n\`\`\`\n`);
  return [HEAD, ...sections].join('\n');
}

const generated = {
  'cli-reference.md': await commandPage(),
  'configuration.md': withTables(read('configuration.md'), SETTINGS, TELEMETRY_SETTINGS),
  'console.md': withTables(read('console.md'), CONSOLE_SETTINGS),
};

for (const [file, text] of Object.entries(generated)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(join(DOCS, file), text);
  } else if (read(file) !== text) {
    console.error(`docs/${file} is out of date: run make reference`);
    process.exitCode = 1;
  }
}
