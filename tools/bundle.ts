/**
 * Bundles built modules with the packages that they load, so that a process starts sooner: `node tools/bundle.ts OUT ENTRY… [--keep PACKAGE]…`. Node needs
 * most of a start to find, read and link hundreds of files. Does nothing if OUT is newer than the build of all entries.
 */
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { lazyBuiltins } from './bundle/lazy-builtins.ts';
import { licencesOf } from './bundle/licences.ts';

/**
 * Packages and scopes that stay packages. The user's module loads its own copy of the SDKs and of zod, and the SDK knows its own classes only. A start needs
 * none of the others.
 */
const KEPT = ['@modelcontextprotocol', 'zod', 'express', 'jose', 'pino-pretty', 'leven', 'eventsource-parser'];
const NOTICE = 'LICENCES.txt';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'string', multiple: true, default: [] } },
});
const [out = '', ...entries] = positionals;
if (entries.length === 0) throw new TypeError('Usage: node tools/bundle.ts OUT ENTRY… [--keep PACKAGE]…');
const kept = [...KEPT, ...values.keep];

/** When the compiler last changed the package of a built module. */
function builtAt(entry: string): number {
  let folder = dirname(resolve(entry));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return Math.max(...globSync('*.tsbuildinfo', { cwd: folder }).map((file) => statSync(join(folder, file)).mtimeMs));
}

/** The notice is written last. */
function isFresh(): boolean {
  const notice = join(out, NOTICE);
  return existsSync(notice) && statSync(notice).mtimeMs > Math.max(...entries.map(builtAt));
}

async function bundle(): Promise<void> {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [basename(entry, '.js'), resolve(entry)])),
    platform: 'node',
    external: (id) => kept.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [
      lazyBuiltins,
      {
        name: 'maps',
        // The compiler's map leads from the bundle to the source.
        load: (id) =>
          existsSync(`${id}.map`) ? { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') } : null,
      },
    ],
    treeshake: { propertyReadSideEffects: false },
  });
  rmSync(out, { recursive: true, force: true });
  const { output } = await build.write({
    dir: out,
    format: 'esm',
    sourcemap: true,
    chunkFileNames: '[name]-[hash].js',
  });
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  writeFileSync(join(out, NOTICE), licencesOf(modules));
}

if (!isFresh()) await bundle();
