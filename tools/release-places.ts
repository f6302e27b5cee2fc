import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const VERSION = String.raw`\d+\.\d+\.\d+(?:-[\w.]+)?`;

/** Where the version of a release stands, beside the packages that npm publishes: files, and what stands before the version. */
const PLACES: readonly (readonly [files: string, before: string])[] = [
  ['helm/anypod/Chart.yaml', '^version: '],
  ['helm/anypod/Chart.yaml', '^appVersion: '],
  ['helm/anypod/Chart.yaml', 'image: anypod:'],
  ['k8s/**/kustomization.yaml', 'app.kubernetes.io/version: '],
  ['k8s/**/kustomization.yaml', 'name: anypod\n    newTag: '],
  ['services/*/package.json', '^  "version": "'],
  ['{services,examples}/*/package.json', '"(?:anypod|@anypod/[\\w-]+)": "\\^'],
  ['{bench,test,loadtest}/package.json', '"anypod": "\\^'],
  ['README.md', 'make image TAG='],
  ['README.md', 'anypod:(?=\\d)'],
  ['.github/ISSUE_TEMPLATE/fault.yml', 'placeholder: anypod '],
];

/** A file that names the version. */
export interface Place {
  readonly path: string;
  /** The versions that it names. */
  readonly versions: readonly string[];
  /** Its text with another version. */
  with(version: string): string;
}

/** Reads every file that names the version. Throws if a place has gone. */
export function releasePlaces(): readonly Place[] {
  const before = new Map<string, string[]>();
  for (const [files, text] of PLACES) {
    const found = globSync(files, { cwd: ROOT, exclude: (path) => path.includes('node_modules') });
    const naming = found.filter((path) => patternOf(text).test(read(path)));
    if (naming.length === 0) throw new Error(`${files}: no version stands after ${text}`);
    for (const path of naming) before.set(path, [...(before.get(path) ?? []), text]);
  }
  return [...before].map(([path, texts]) => {
    const text = read(path);
    const patterns = texts.map(patternOf);
    return {
      path,
      versions: patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([whole]) => versionIn(whole))),
      with: (version) => patterns.reduce((all, pattern) => all.replace(pattern, `$1${version}`), text),
    };
  });
}

/** The version of the packages. */
export function packageVersion(): string {
  return (JSON.parse(read('packages/anypod/package.json')) as { version: string }).version;
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const patternOf = (before: string) => new RegExp(`(${before})${VERSION}`, 'gm');
const versionIn = (text: string) => new RegExp(`${VERSION}$`).exec(text)?.[0] ?? '';
