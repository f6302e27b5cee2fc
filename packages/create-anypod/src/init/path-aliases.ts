import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** They can be no names of packages. */
const NO_PACKAGE = /^[@~]\//;

/** Tells which imports have names that only a compiler knows: those of `paths` in tsconfig.json. */
export function createAliases(project: string): (source: string) => boolean {
  const files = readdirSync(project).filter((name) => /^[jt]sconfig.*\.json$/.test(name));
  const patterns = files.flatMap((name) => patternsIn(readFileSync(join(project, name), 'utf8')));
  const isPattern = (source: string) =>
    patterns.some((pattern) => (pattern.endsWith('*') ? source.startsWith(pattern.slice(0, -1)) : source === pattern));
  return (source) => NO_PACKAGE.test(source) || isPattern(source);
}

/** The keys of `paths`. The file may have comments, so it is no JSON. */
function patternsIn(text: string): string[] {
  const [, paths = ''] = /"paths"\s*:\s*\{([^}]*)\}/.exec(text) ?? [];
  return [...paths.matchAll(/"([^"]+)"\s*:\s*\[/g)]
    .map(([, pattern = '']) => pattern)
    .filter((pattern) => pattern !== '*');
}
