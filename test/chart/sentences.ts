import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART } from './helm.ts';

const TEMPLATES = join(CHART, 'templates');
const SENTENCE = /include "anypod\.problem" (?:\(printf )?"((?:[^"\\]|\\.)+)"/g;

/** The sentences in the templates with such names that no test expects. A `%s` in them stands for anything. */
export function untested(files: RegExp, expected: readonly string[]): string[] {
  const sources = readdirSync(TEMPLATES).filter((file) => files.test(file));
  const known = sources.flatMap((file) => [...readFileSync(join(TEMPLATES, file), 'utf8').matchAll(SENTENCE)]);
  if (known.length === 0)
    throw new Error(`no sentences in ${sources.join(', ')}: do the templates name them otherwise?`);
  return known
    .map(([, sentence]) => sentence ?? '')
    .filter((sentence) => !expected.some((one) => sentence.split(/%[dqs]/).every((part) => one.includes(part))));
}
