import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Answers } from './choices.ts';
import { packageJson } from './project-package.ts';
import { UsageError } from './usage-error.ts';

const TEMPLATE = join(import.meta.dirname, '../template');

/** The templates that make a project, in order. A README of a later one is added to that of an earlier one. */
function templates({ sdk, example, run }: Answers): string[] {
  const where = run === 'node' ? [] : ['image', run];
  return ['common', `${sdk}/sdk`, `${sdk}/${example}`, ...where];
}

/** The files of a project by path. npm leaves `.gitignore` out of packages, so the template has it under another name. */
export function projectFiles(
  name: string,
  answers: Answers,
  version: string,
  anypod = `^${version}`,
): Map<string, string> {
  const files = new Map([['package.json', packageJson(name, answers, anypod)]]);
  for (const template of templates(answers)) {
    for (const entry of readdirSync(join(TEMPLATE, template), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = join(entry.parentPath, entry.name);
      const path = source.slice(join(TEMPLATE, template).length + 1).replace('_gitignore', '.gitignore');
      const text = readFileSync(source, 'utf8').replaceAll('__NAME__', name).replaceAll('__VERSION__', version);
      files.set(path, `${files.get(path) ?? ''}${text}`);
    }
  }
  return files;
}

/** Writes the files. Throws `UsageError` if the directory has something in it. */
export function writeProject(directory: string, files: ReadonlyMap<string, string>): void {
  const kept = existsSync(directory) ? readdirSync(directory).filter((name) => name !== '.git') : [];
  if (kept.length > 0) {
    throw new UsageError(
      `${directory} is not empty. Choose another directory, or prepare its server with: npx anypod init`,
    );
  }
  for (const [path, text] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The name of the package and its image: the directory's, in the letters that npm, Docker and Kubernetes allow. */
export function projectName(directory: string): string {
  const name = basename(resolve(directory))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 50);
  if (name === '') throw new UsageError(`${directory}: a project needs a name with letters from a to z.`);
  return name;
}
