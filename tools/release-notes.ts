/** Prints the section of a version in CHANGELOG.md: `node tools/release-notes.ts 0.2.0`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [version = ''] = process.argv.slice(2);
const text = readFileSync(join(import.meta.dirname, '../CHANGELOG.md'), 'utf8');
const [, rest] = text.split(`\n## ${version} `);
if (version === '' || rest === undefined) throw new Error(`CHANGELOG.md has no section for version ${version}`);
console.log(rest.replace(/^.*\n/, '').split('\n## ')[0]?.trim());
