import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Block } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../..');

/** As strict as most projects are. */
const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.base.json'),
  compilerOptions: {
    noEmit: true,
    declaration: false,
    lib: ['ES2024', 'DOM', 'DOM.Iterable'],
    types: ['node'],
    exactOptionalPropertyTypes: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noPropertyAccessFromIndexSignature: false,
  },
  include: ['**/*.ts'],
  exclude: [],
};

/** The code of a block. A hidden comment before it is code that the reader need not see: it goes first, or around the line `BLOCK`. */
export function codeOf({ comment, text }: Pick<Block, 'comment' | 'text'>): string {
  if (/^BLOCK$/m.test(comment)) return comment.replace(/^BLOCK$/m, () => text);
  return `${comment}${text}`;
}

/** What the compiler says of modules, by their paths. Modules of a folder may import each other. */
export async function complaints(folder: string, modules: ReadonlyMap<string, string>): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  for (const [file, text] of modules) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\nexport {};\n`);
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  try {
    await promisify(execFile)('tsc', ['-p', folder, '--pretty', 'false'], { cwd: folder });
    return [];
  } catch (error) {
    return (error as { stdout: string }).stdout.trim().split('\n');
  }
}
