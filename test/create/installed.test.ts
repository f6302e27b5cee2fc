/** The library as npm would publish it, in an empty project: its types and its modules. `make test-runtimes` runs it on other versions of Node. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackage } from './installed.ts';
import { run } from './packed.ts';

const ROOT = join(import.meta.dirname, '../..');
const { exports: exported } = JSON.parse(readFileSync(join(ROOT, 'packages/anypod/package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
const modules = Object.keys(exported)
  .filter((name) => name !== './package.json')
  .map((name) => `anypod${name.slice(1)}`);

let project: string;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'anypod-installed-'));
  await installPackage(project, '@modelcontextprotocol/server@2', 'zod@4', 'typescript@7', '@types/node@24');
}, 480_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('every module can be imported', async () => {
  const lines = modules.map((name) => `console.log('${name}', Object.keys(await import('${name}')).length > 0);`);
  writeFileSync(join(project, 'all.mjs'), lines.join('\n'));
  const { output } = await run(project, process.execPath, 'all.mjs');
  expect(output.trim().split('\n')).toEqual(modules.map((name) => `${name} true`));
});

test.each([
  ['NodeNext', 'NodeNext'],
  ['ESNext', 'bundler'],
  ['Preserve', 'bundler'],
])(
  'TypeScript finds the types of every module with module %s and moduleResolution %s',
  async (module, moduleResolution) => {
    const name = `uses-${module}-${moduleResolution}`;
    const imports = modules.map((one, index) => `import * as module${index} from '${one}';`);
    const uses = modules.map((_, index) => `module${index}`);
    const text = `${imports.join('\n')}
import { McpServer } from '@modelcontextprotocol/server';
import { createAnypod, type Anypod, type FactoryContext } from 'anypod';
export const all = [${uses.join(', ')}];
export const pod: Promise<Anypod> = createAnypod({ createServer: (_: FactoryContext) => new McpServer({ name: 'x', version: '1' }) });
// @ts-expect-error: the types are not any.
createAnypod({ createServer: 1 });
`;
    writeFileSync(join(project, `${name}.ts`), text);
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'ES2024',
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      types: ['node'],
      strict: true,
      noEmit: true,
    };
    writeFileSync(join(project, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
    expect(await run(project, join(project, 'node_modules/.bin/tsc'), '-p', `${name}.json`)).toEqual({
      code: 0,
      output: '',
    });
  },
);
