/** The library as npm would publish it, in an empty project, on each version of Node that it promises. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPackage } from '../create/installed.ts';
import { run } from '../create/packed.ts';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

const INSTALL_MS = 480_000;
const SERVER = `
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { word } from './word.ts';
const input = z.object({ name: z.string() });
export default (): McpServer => {
  const server = new McpServer({ name: 'greeter', version: '1.0.0' });
  server.registerTool('greet', { inputSchema: input }, ({ name }) => ({ content: [{ type: 'text', text: \`\${word}, \${name}!\` }] }));
  return server;
};
`;
const ALL = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const { exports } = JSON.parse(readFileSync('node_modules/anypod/package.json', 'utf8'));
const names = Object.keys(exports).filter((name) => name !== './package.json').map((name) => 'anypod' + name.slice(1));
for (const name of names) {
  const imported = Object.keys(await import(name));
  const required = Object.keys(createRequire(import.meta.url)(name));
  if (imported.length === 0 || imported.some((member) => !required.includes(member))) throw new Error(name);
}
console.log(names.length, 'modules');
`;

let project: string;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'anypod-installed-'));
  await installPackage(project, '@modelcontextprotocol/server@2', 'zod@4');
  writeFileSync(join(project, 'server.ts'), SERVER);
  writeFileSync(join(project, 'all.mjs'), ALL);
}, INSTALL_MS);
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(['22', '24', '26'])('Node %s', (version) => {
  const node = join(import.meta.dirname, `node_modules/node-${version}/bin/node`);
  const anypod = () => join(project, 'node_modules/anypod/bin/anypod.js');

  it('imports and requires every module', async () => {
    const { exports: exported } = JSON.parse(readFileSync(join(project, 'node_modules/anypod/package.json'), 'utf8'));
    expect(await run(project, node, '--version')).toMatchObject({ output: expect.stringMatching(`^v${version}\\.`) });
    const { output } = await run(project, node, 'all.mjs');
    expect(output).toBe(`${Object.keys(exported).length - 1} modules\n`);
  });

  it.each(['serve', 'dev'])('anypod %s serves a module in TypeScript', async (command) => {
    writeFileSync(join(project, 'word.ts'), "export const word: string = 'Hello';\n");
    const port = await freePort();
    const child = startChild(node, [anypod(), command, 'server.ts', '--port', `${port}`], {
      cwd: project,
      env: { ...process.env, ANYPOD_DRAIN_DELAY: '0' },
    });
    try {
      const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
      await waitUntilReady(child, ready, { name: `anypod ${command} on Node ${version}` });
      const greet = () =>
        run(project, node, anypod(), 'call', `http://127.0.0.1:${port}/mcp`, 'greet', '--arguments', '{"name":"Ada"}');
      expect(await greet()).toEqual({ code: 0, output: 'Hello, Ada!\n' });
      if (command === 'serve') return;
      writeFileSync(join(project, 'word.ts'), "export const word: string = 'Bye';\n");
      await expect.poll(async () => (await greet()).output, { timeout: 60_000 }).toBe('Bye, Ada!\n');
    } finally {
      expect(await child.stop()).toEqual({ code: 0, signal: null });
    }
  });
});
