/** Makes every project that `npm create anypod` can make, from the packages as npm would publish them, and runs the project's own test. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { type Packed, packPackages, run } from './packed.ts';

const ROOT = join(import.meta.dirname, '../..');
const SDKS = ['v1', 'v2'];
const EXAMPLES = ['greet', 'report', 'basket'];
const PLACES = ['node', 'docker', 'kubernetes'];
const COMMON = [
  '.editorconfig',
  '.gitignore',
  '.mcp.json',
  '.vscode',
  'README.md',
  'connect.ts',
  'package.json',
  'server.test.ts',
  'server.ts',
  'tsconfig.json',
];
const OF_PLACE: Record<string, string[]> = {
  node: [],
  docker: ['.dockerignore', 'Dockerfile', 'compose.yaml'],
  kubernetes: ['.dockerignore', 'Dockerfile', 'values.yaml'],
};

const variants = SDKS.flatMap((sdk) =>
  EXAMPLES.map((example, index) => ({ sdk, example, place: PLACES[index] ?? '' })),
);

let packed: Packed;
const at = (...path: string[]) => join(packed.directory, ...path);
const nameOf = (sdk: string, example: string) => `my-${sdk}-${example}`;
const text = (...path: string[]) => readFileSync(at(...path), 'utf8');

/** npm installs hundreds of packages, on a machine that may be busy. */
const INSTALL_MS = 480_000;

beforeAll(async () => {
  packed = packPackages();
  const installing = SDKS.map(async (sdk) => {
    await packed.makeFirst(`packages-${sdk}`, '--sdk', sdk, '--yes');
    return packed.install(`packages-${sdk}`);
  });
  for (const installed of await Promise.all(installing)) expect(installed).toMatchObject({ code: 0 });
}, INSTALL_MS);
afterAll(() => packed?.remove());

describe.each(variants)('--sdk $sdk --example $example --run $place', ({ sdk, example, place }) => {
  const name = nameOf(sdk, example);

  it('has its files, passes its types, and its own test', async () => {
    const made = await packed.make(`packages-${sdk}`, name, '--sdk', sdk, '--example', example, '--run', place);
    expect(made).toEqual({ code: 0, output: expect.stringContaining(`cd ${name}\n  npm install\n  npm test`) });
    expect(readdirSync(at(name)).sort()).toEqual([...COMMON, ...(OF_PLACE[place] ?? [])].sort());
    packed.share(name, `packages-${sdk}`);
    expect(await run(at(name), 'npm', 'run', 'check')).toMatchObject({ code: 0 });
    const tested = await run(at(name), 'npm', 'test');
    expect(tested).toEqual({ code: 0, output: expect.stringMatching(/pass 1\n/) });
  });
});

it('a project has its name everywhere, and no mark of a template', () => {
  for (const file of readdirSync(at('my-v2-basket'), { recursive: true, encoding: 'utf8' })) {
    if (file.startsWith('node_modules') || !/\.\w+$/.test(file) || file === '.vscode') continue;
    expect(text('my-v2-basket', file)).not.toMatch(/\{\{\w+\}\}/);
  }
  expect(JSON.parse(text('my-v2-basket', '.vscode/mcp.json'))).toHaveProperty(['servers', 'my-v2-basket']);
});

it('the image gets each file that it copies, and no other', () => {
  const copied = [...text('my-v2-report', 'Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
  const files = copied.flatMap(([, sources = '']) => sources.split(' '));
  const ignore = text('my-v2-report', '.dockerignore').split('\n');
  expect(ignore.filter(Boolean).sort()).toEqual(['*', ...files.map((file) => `!${file}`)].sort());
  // npm install makes the lock file.
  for (const file of files) if (file !== 'package-lock.json') expect(existsSync(at('my-v2-report', file))).toBe(true);
});

it('the chart knows the values', () => {
  const known = parse(readFileSync(join(ROOT, 'helm/anypod/values.yaml'), 'utf8'));
  const values = parse(text('my-v2-basket', 'values.yaml'));
  expect(values.image).toEqual({ repository: 'my-v2-basket', tag: '0.1.0' });
  for (const [section, members] of Object.entries(values)) {
    if (section !== 'resources')
      expect(Object.keys(known[section])).toEqual(expect.arrayContaining(Object.keys(members as object)));
  }
});

it('makes nothing over a project that exists, and asks nobody without a terminal', async () => {
  expect(await packed.make('packages-v2', 'my-v2-greet', '--yes')).toMatchObject({
    code: 2,
    output: expect.stringContaining('is not empty'),
  });
  expect(await packed.make('packages-v2', 'another')).toMatchObject({
    code: 2,
    output: expect.stringContaining('There is no terminal'),
  });
  expect(existsSync(at('another'))).toBe(false);
});

/** A server as people have it: its own folder, its own listener in another file. */
function existingProject(name: string): void {
  mkdirSync(at(name, 'src'), { recursive: true });
  writeFileSync(
    at(name, 'package.json'),
    '{\n    "name": "mine",\n    "type": "module",\n    "scripts": { "start": "node src/main.ts" }\n}\n',
  );
  const factory = text('my-v2-greet', 'server.ts').replace('export default function', 'function');
  writeFileSync(
    at(name, 'src/server.ts'),
    `${factory}\nconst greeted = new Map<string, number>();\nexport const greet = (who: string) => greeted.set(who, 1);\n`,
  );
  writeFileSync(at(name, 'src/main.ts'), "import { createServer } from './server.ts';\ncreateServer();\n");
  packed.share(name, 'packages-v2');
}

it('anypod init says what stands in the way, writes the lines that are needed, and anypod serves the project', async () => {
  existingProject('mine');
  const init = () => run(at('mine'), 'node_modules/.bin/anypod', 'init');
  const before = text('mine', 'package.json');
  const refused = await init();
  expect(refused).toEqual({
    code: 1,
    output: expect.stringMatching(
      /✗ src\/server\.ts:\d+ {2}createServer makes the server, and the module does not export it/,
    ),
  });
  expect(refused.output).toMatch(/! src\/server\.ts:\d+ {2}Functions change greeted/);
  expect(text('mine', 'package.json')).toBe(before);

  writeFileSync(
    at('mine/src/server.ts'),
    text('mine/src/server.ts').replace('function createServer', 'export function createServer'),
  );
  expect(await init()).toEqual({ code: 0, output: expect.stringContaining('"pods": "anypod serve anypod.server.ts"') });
  expect(text('mine/anypod.server.ts')).toBe("export { createServer as default } from './src/server.ts';\n");
  expect(text('mine/package.json')).toContain(
    '\n    "scripts": {\n        "start": "node src/main.ts",\n        "pods":',
  );
  expect(await init()).toEqual({ code: 0, output: expect.stringContaining('Nothing was written') });

  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const args = ['node_modules/anypod/bin/anypod.js', 'serve', 'anypod.server.ts', '--port', `${port}`];
  const child = startChild(process.execPath, args, { cwd: at('mine') });
  try {
    await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).ok, { name: 'the packed anypod' });
    const checked = await run(
      at('mine'),
      'node_modules/.bin/anypod',
      'doctor',
      `${origin}/mcp`,
      '--smoke',
      '--tool',
      'greet',
      '--arguments',
      '{"name":"Ada"}',
    );
    expect(checked).toEqual({ code: 0, output: expect.stringMatching(/ok +tools .* greet/) });
  } finally {
    await child.stop();
  }
});
