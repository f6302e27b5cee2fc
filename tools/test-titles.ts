import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The texts that a file passes on, such as the titles of its tests, without the ids of requirements behind them. */
export function texts(file: string): ReadonlySet<string> {
  if (!existsSync(join(root, file))) return new Set();
  const literals = readFileSync(join(root, file), 'utf8').matchAll(/(['"`])((?:(?!\1).)+)\1,/g);
  return new Set([...literals].map(([, , text = '']) => text.replace(/(?: \[[\w.-]+\])+$/, '')));
}
