import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markedBlocks } from '../../tools/docs/markdown.ts';
import { withPorts } from '../../tools/docs/ports.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/migration.md'), 'utf8');

/** The fenced blocks of docs/migration.md that have a name, by their names. */
export const BLOCKS: ReadonlyMap<string, string> = new Map(markedBlocks(PAGE).map(({ mark, text }) => [mark, text]));

/** The block, with other ports than those of the text. Throws if the page does not have it. */
export function block(name: string, ports: Readonly<Record<string, number>> = {}): string {
  const text = BLOCKS.get(name);
  if (text === undefined) throw new Error(`docs/migration.md has no block ${name}`);
  return withPorts(text, ports);
}

/** As strict as most projects are. */
const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.base.json'),
  compilerOptions: {
    lib: ['ES2024', 'DOM', 'DOM.Iterable'],
    types: ['node'],
    rootDir: '.',
    declaration: false,
    exactOptionalPropertyTypes: false,
  },
  include: ['*.ts'],
  exclude: [],
};

/** Compiles blocks in a folder, whose packages they use, and leaves a module for each. Throws with the compiler's complaints. */
export function compile(folder: string, texts: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.ts`), text);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout);
  }
}
