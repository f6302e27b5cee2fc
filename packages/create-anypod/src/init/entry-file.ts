import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'anypod.server';
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** The module for anypod that the project has already. */
export function existingEntry(project: string): string | undefined {
  return EXTENSIONS.map((extension) => `${NAME}${extension}`).find((name) => existsSync(join(project, name)));
}

/** The name of the module for anypod, beside a server in a file with this extension. */
export const newEntry = (extension: string): string => `${NAME}${extension}`;
