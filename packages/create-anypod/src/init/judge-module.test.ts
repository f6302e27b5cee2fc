import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { judgeModule } from './judge-module.ts';

const project = mkdtempSync(join(tmpdir(), 'judged-'));
afterAll(() => rmSync(project, { recursive: true }));

const IMPORT = "import { McpServer } from '@modelcontextprotocol/server';\n";
const MAKE = "const server = new McpServer({ name: 'x', version: '1' });";

function judge(text: string) {
  return judgeModule(project, { path: 'server.ts', text: IMPORT + text });
}

/** Where the findings are, and their first words; `✗` for one that stands in the way. */
function found(text: string): string[] {
  const findings = judge(text)?.findings ?? [];
  return findings.map(
    ({ line, blocks, text: said }) => `${blocks ? '✗' : '!'}${line} ${said.split(' ').slice(0, 3).join(' ')}`,
  );
}

it.each([
  ['a declaration', `export function create() { ${MAKE} return server; }`, 'create'],
  ['a default', `export default () => { ${MAKE} return server; };`, 'default'],
  ['a named default', `export default async function make() { ${MAKE} return server; }`, 'default'],
  ['an expression', "export const create = () => new McpServer({ name: 'x', version: '1' });", 'create'],
  ['a list of exports', `function make() { ${MAKE} return server; }\nexport { make as build };`, 'build'],
  ['a default by name', `const make = () => { ${MAKE} return server; };\nexport default make;`, 'default'],
  ['a context', `export const create = (context: FactoryContext) => { ${MAKE} return server; };`, 'create'],
])('can serve a factory: %s', (_name, text, exported) => {
  expect(judge(text)).toEqual({ path: 'server.ts', findings: [], exported });
});

it.each([
  ['one server for all', `export ${MAKE}`, ['✗2 One server is']],
  ['a server that stays inside', `export function main() {\n${MAKE}\nserver.connect(t);\n}`, ['✗3 main makes the']],
  [
    'a return of another function',
    `export function main() {\n${MAKE}\nconst f = () => { return server; };\n}`,
    ['✗3 main makes the'],
  ],
  ['no export', `function make() { ${MAKE} return server; }`, ['✗2 make makes the']],
  ['arguments', `export function make(config) { ${MAKE} return server; }`, ['✗2 make needs arguments,']],
  ['an enum', `enum Level { Low }\nexport const make = () => { ${MAKE} return server; };`, ['✗2 Node cannot run']],
  [
    'an import of compiled files',
    `import { a } from './a.js';\nexport const make = () => { ${MAKE} return server; };`,
    ['✗2 Node does not'],
  ],
  [
    'an import that only a compiler finds',
    `import { a } from '@/a';\nexport const make = () => { ${MAKE} return server; };`,
    ['✗2 Node does not'],
  ],
  ['no module', 'export const = ;', ['✗2 It cannot be']],
])('says what stands in the way: %s', (_name, text, findings) => {
  expect(found(text)).toEqual(findings);
});

const FACTORY = `export function create() { ${MAKE}\nreturn server; }\n`;

it.each([
  [
    'a Map',
    'const carts = new Map<string, string[]>();\nconst put = (id: string) => carts.set(id, []);',
    '!4 Functions change carts,',
  ],
  ['a counter', 'let calls = 0;\nfunction count() { calls += 1; }', '!4 Functions change calls,'],
  [
    'an object',
    'export const seen: Record<string, boolean> = {};\nconst see = (id: string) => { seen[id] = true; };',
    '!4 Functions change seen,',
  ],
  ['a list', 'const log: string[] = [];\nfunction note() { log.push("x"); }', '!4 Functions change log,'],
])('warns of what each pod would have for itself: %s', (_name, text, finding) => {
  expect(found(FACTORY + text)).toEqual([finding]);
});

it('knows a map of transports, which nobody needs any more', () => {
  const text =
    'const open: Record<string, SSEServerTransport> = {};\nconst put = (id: string) => { delete open[id]; };';
  expect(found(FACTORY + text)).toEqual(['!4 anypod keeps the']);
});

it.each([
  ['module.exports = { make }', 'make'],
  ['module.exports = make', 'default'],
  ['exports.build = make', 'build'],
])('reads CommonJS: %s', (exporting, exported) => {
  const make =
    "const sdk = require('@modelcontextprotocol/server');\nfunction make() { return new sdk.McpServer({}); }\n";
  expect(judgeModule(project, { path: 'server.js', text: make + exporting })).toEqual({
    path: 'server.js',
    findings: [],
    exported,
  });
});

it('does not mind what never changes, and what fills itself at the start', () => {
  expect(
    found(
      `${FACTORY}const NAMES = new Map([['a', 'b']]);\nNAMES.set('c', 'd');\nconst get = (id: string) => NAMES.get(id);`,
    ),
  ).toEqual([]);
});

it.each([
  ['at once', 'http.listen(3000);', '✗4 listen() runs when'],
  [
    'in a function that runs at once',
    'async function main() { await create().connect(new StdioServerTransport()); }\nmain().catch(console.error);',
    '✗4 StdioServerTransport runs when',
  ],
])('says that a listener opens: %s', (_name, text, finding) => {
  expect(found(FACTORY + text)).toEqual([finding]);
});

it('does not mind a listener that somebody else opens', () => {
  expect(found(`${FACTORY}export function start() { app.listen(3000); }`)).toEqual([]);
});

it('passes over classes of the same name', () => {
  const text = "import { Server } from 'node:http';\nconst server = new Server();\n";
  expect(judgeModule(project, { path: 'server.ts', text })).toBeUndefined();
});
