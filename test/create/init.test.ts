/** `anypod init` in projects as people have them: what stands in the way, what is written after they have changed it, and what anypod then serves. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startPod } from '../lib/pods.ts';
import { run } from './packed.ts';

const ROOT = join(import.meta.dirname, '../..');
const CREATE = join(ROOT, 'packages/create-anypod/bin/create-anypod.js');
const ANYPOD = join(ROOT, 'packages/anypod/bin/anypod.js');

interface Project {
  readonly name: string;
  /** The beginnings of the findings. */
  readonly findings: readonly string[];
  /** The line of the module for anypod, with its file. */
  readonly entry: readonly [file: string, line: string];
  readonly call: readonly [tool: string, args: object, text: string];
}

const PROJECTS: readonly Project[] = [
  {
    name: 'sessions-map',
    findings: [
      '! index.ts:8  anypod keeps the sessions and their transports itself',
      '! index.ts:9  Functions change visits',
      '✗ index.ts:12  getServer makes the server, and the module does not export it',
      '✗ index.ts:36  listen() runs when the module is loaded',
    ],
    entry: ['anypod.server.ts', "export { getServer as default } from './server.ts';"],
    call: ['visit', { name: 'Ada' }, 'Ada was here'],
  },
  {
    name: 'create-handler',
    findings: [
      '✗ main.mjs:7  The function without a name makes the server, and the module does not export it',
      '✗ main.mjs:14  listen() runs when the module is loaded',
    ],
    entry: ['anypod.server.js', "export { createServer as default } from './server.mjs';"],
    call: ['greet', { name: 'Ada' }, 'Hello, Ada!'],
  },
  {
    name: 'stdio-main',
    findings: [
      '✗ index.js:6  One server is made when the module is loaded, and all clients would share it',
      '✗ index.js:13  StdioServerTransport runs when the module is loaded',
    ],
    entry: ['anypod.server.js', "export { createServer as default } from './server.js';"],
    call: ['add', { a: 1, b: 2 }, '3'],
  },
  {
    name: 'path-aliases',
    findings: ['✗ src/server/create-server.ts:2  Node does not find @/tools/shout. It reads no paths of tsconfig.json'],
    entry: ['anypod.server.ts', "export { createServer as default } from './src/server/create-server.ts';"],
    call: ['shout', { text: 'Hi' }, 'Hi!'],
  },
  {
    // Nothing stands in the way.
    name: 'commonjs',
    findings: [],
    entry: ['anypod.server.mjs', "export { createServer as default } from './lib/create-server.js';"],
    call: ['upper', { text: 'hi' }, 'HI'],
  },
];

const directory = mkdtempSync(join(tmpdir(), 'anypod-init-'));
symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
afterAll(() => rmSync(directory, { recursive: true }));

test.each(PROJECTS)('$name', async ({ name, findings, entry: [file, line], call: [tool, args, text] }) => {
  const project = join(directory, name);
  const init = () => run(project, process.execPath, CREATE, '--init');
  cpSync(join(import.meta.dirname, 'projects', name), project, { recursive: true });
  if (findings.length > 0) {
    const refused = await init();
    const found = refused.output.split('\n').flatMap((one) => /^ {2}([✗!] .*)/.exec(one)?.[1] ?? []);
    expect(found.map((one, index) => one.slice(0, findings[index]?.length))).toEqual(findings);
    expect([refused.code, existsSync(join(project, file))]).toEqual([1, false]);
    cpSync(join(import.meta.dirname, 'projects-changed', name), project, { recursive: true });
  }

  expect(await init()).toMatchObject({ code: 0 });
  expect(readFileSync(join(project, file), 'utf8')).toBe(`${line}\n`);
  expect(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))).toMatchObject({
    scripts: { pods: `anypod serve ${file}` },
    dependencies: { anypod: expect.any(String) },
  });
  expect(await init()).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was written') });

  const pod = await startPod({ module: file, cwd: project });
  try {
    const called = await run(
      project,
      process.execPath,
      ANYPOD,
      'call',
      pod.url,
      tool,
      '--arguments',
      JSON.stringify(args),
    );
    expect(called).toEqual({ code: 0, output: expect.stringContaining(text) });
  } finally {
    await pod.stop();
  }
});
