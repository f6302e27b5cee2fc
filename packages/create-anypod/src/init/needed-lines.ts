import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { existingEntry, newEntry } from './entry-file.ts';
import type { Judgement } from './judge-module.ts';

/** A change of one file. */
export interface Change {
  readonly path: string;
  readonly text: string;
  /** The line that is new, for the user. */
  readonly line: string;
}

interface PackageJson {
  type?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const SCRIPT = 'pods';

/** The lines that the project needs so that anypod serves `judged`. Lines that are there already are left out. */
export function neededLines(project: string, { path, exported }: Judgement, version: string): Change[] {
  const existing = exported === 'default' ? path : existingEntry(project);
  const { type } = JSON.parse(packageText(project)) as PackageJson;
  const entry = existing ?? newEntry(extname(path), type === 'module');
  const line = `export { ${exported} as default } from './${path}';`;
  const module = existing === undefined ? [{ path: entry, text: `${line}\n`, line }] : [];
  return [...module, ...packageLines(project, entry, version)];
}

function packageLines(project: string, entry: string, version: string): Change[] {
  const before = packageText(project);
  const content = JSON.parse(before) as PackageJson;
  const lines: string[] = [];
  if (content.dependencies?.['anypod'] === undefined && content.devDependencies?.['anypod'] === undefined) {
    content.dependencies = { ...content.dependencies, anypod: version };
    lines.push(`"anypod": ${JSON.stringify(version)}`);
  }
  if (!Object.values(content.scripts ?? {}).some((script) => script.includes('anypod serve'))) {
    content.scripts = { ...content.scripts, [SCRIPT]: `anypod serve ${entry}` };
    lines.push(`"${SCRIPT}": "anypod serve ${entry}"`);
  }
  const [, indent = '  '] = /^\{\r?\n([ \t]+)"/.exec(before) ?? [];
  const text = `${JSON.stringify(content, null, indent)}\n`;
  return lines.map((line) => ({ path: 'package.json', text, line }));
}

function packageText(project: string): string {
  const file = join(project, 'package.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '{}';
}

export function writeChanges(project: string, changes: readonly Change[]): void {
  for (const { path, text } of changes) writeFileSync(join(project, path), text);
}
