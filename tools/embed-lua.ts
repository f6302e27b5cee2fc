/**
 * Embeds `redis/scripts/<verb>-<number of keys>.lua` into `redis/scripts.generated.ts`, so that nothing reads the disk at run time and bundlers need
 * no plugin. `--check` writes nothing and fails if the generated file is out of date.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const room = join(import.meta.dirname, '../packages/anypod/src/redis');
const target = join(room, 'scripts.generated.ts');

const HEADER = `/* Generated from scripts/*.lua by tools/embed-lua.ts; edit those. */

/** One atomic verb. */
export interface Script {
  readonly keys: number;
  readonly sha: string;
  readonly lua: string;
}
`;

function embed(file: string): string {
  const [, verb, keys] = /^([a-z-]+)-(\d+)\.lua$/.exec(file) ?? [];
  if (!verb || !keys) throw new Error(`${file}: rename it to <verb>-<number of keys>.lua`);
  const lua = readFileSync(join(room, 'scripts', file), 'utf8');
  const used = Math.max(0, ...[...lua.matchAll(/KEYS\[(\d+)\]/g)].map((match) => Number(match[1])));
  if (used !== Number(keys)) throw new Error(`${file}: its name says ${keys} keys, but the script uses ${used}`);
  const name = verb.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const sha = createHash('sha1').update(lua).digest('hex');
  const text = lua.replace(/[\\`]|\$\{/g, '\\$&');
  return `\nexport const ${name}: Script = {\n  keys: ${keys},\n  sha: '${sha}',\n  lua: \`${text}\`,\n};\n`;
}

const files = readdirSync(join(room, 'scripts'))
  .filter((file) => file.endsWith('.lua'))
  .sort();
const generated = HEADER + files.map(embed).join('');

if (!process.argv.includes('--check')) {
  writeFileSync(target, generated);
} else if (readFileSync(target, 'utf8') !== generated) {
  console.error('packages/anypod/src/redis/scripts.generated.ts is out of date: run node tools/embed-lua.ts');
  process.exitCode = 1;
}
