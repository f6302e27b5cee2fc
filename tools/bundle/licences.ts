import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the packages to which the modules belong, each with the name of its package. Own modules have none. */
export function licencesOf(modules: readonly string[]): string {
  const folders = modules.map((module) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(module)?.[0]);
  const parts = [...new Set(folders)].filter((folder) => folder !== undefined).map(licenceOf);
  return `The files beside this one contain these packages.\n\n${parts.sort().join('\n')}`;
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = globSync('{licen[cs]e,LICEN[CS]E,notice,NOTICE}*', { cwd: folder }).sort();
  return [
    `## ${name} ${version} (${license})`,
    ...texts.map((text) => readFileSync(join(folder, text), 'utf8')),
    '',
  ].join('\n\n');
}
