import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'anypod.server';
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** The module for anypod that the project has already. */
export function existingEntry(project: string): string | undefined {
  return EXTENSIONS.map((extension) => `${NAME}${extension}`).find((name) => existsSync(join(project, name)));
}

/** The name of the module for anypod, beside a server in a file with this extension. It is an ES module, also in a package of CommonJS (`esm` is false). */
export function newEntry(extension: string, esm: boolean): string {
  const language = extension.endsWith('ts') ? 'ts' : 'js';
  return `${NAME}.${esm ? '' : 'm'}${language}`;
}
