/** Checks every fenced block of the documentation: it compiles, or it parses and names only what is there. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commandNames } from '../packages/anypod/src/cli/commands.ts';
import { SETTINGS } from '../packages/anypod/src/serve/settings/settings.ts';
import { CONSOLE_SETTINGS } from '../services/console/src/settings.ts';
import { TELEMETRY_SETTINGS } from '../services/mcp-server/src/telemetry/settings.ts';
import { createFaultFinder } from './docs/command-faults.ts';
import { helpOf } from './docs/command-help.ts';
import { type Block, blocksOf, proseOf } from './docs/markdown.ts';
import { commandsOf } from './docs/shell.ts';
import { codeOf, complaints } from './docs/type-check.ts';
import { CHART_SCHEMA } from './docs/vocabulary.ts';

const help = await helpOf();
const faults = createFaultFinder(help);

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/*.md', 'helm/anypod/README.md'];
const pages = globSync(PAGES, { cwd: ROOT }).sort();
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

type Placed = Block & { readonly page: string };
const blocks: Placed[] = pages.flatMap((page) => blocksOf(textOf(page)).map((block) => ({ ...block, page })));
const written = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));
const place = ({ page, line }: Placed) => `${page}:${line}`;

/** They need packages of others: `make test-migration` compiles them. */
const ELSEWHERE = ['before-mcp-handler', 'before-fastmcp'];
/** `test/migration` runs those of haproxy. */
const OTHERS = ['dockerfile', 'haproxy', 'text'];

test('each block names a language that this test knows', () => {
  const unknown = blocks.filter(({ language }) => !['ts', 'sh', 'json', 'yaml', ...OTHERS].includes(language));
  expect(unknown.map(place)).toEqual([]);
});

test('each block of TypeScript compiles', { timeout: 120_000 }, async () => {
  const modules = written('ts').filter(({ mark }) => !ELSEWHERE.includes(mark));
  const files = new Map(
    modules.map((block) => {
      const name = block.mark === '' ? `line-${block.line}` : block.mark.replace(/\.ts$/, '');
      return [`${block.page.replaceAll('/', '-')}/${name}.ts`, codeOf(block)] as const;
    }),
  );
  expect(files.size).toBeGreaterThan(10);
  expect(await complaints(join(ROOT, 'test-results/docs-code'), files)).toEqual([]);
});

test.each(written('json'))('$page:$line is JSON', ({ text }) => void JSON.parse(text));

test.each(written('dockerfile'))('$page:$line has only instructions of a Dockerfile', ({ text }) => {
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines.filter((line) => !/^(?:FROM|COPY|ENV|RUN|USER|WORKDIR) \S/.test(line))).toEqual([]);
});

describe('YAML', () => {
  const accepts = new Ajv({ strict: false, allErrors: true }).compile(CHART_SCHEMA);

  test.each(written('yaml'))('$page:$line is YAML, and what it has of the chart is allowed', ({ text, mark }) => {
    const value = parse(text);
    expect(value).toBeTypeOf('object');
    if (mark === 'values') expect(accepts(value) ? [] : accepts.errors).toEqual([]);
  });
});

describe('shell', () => {
  test('each block parses', () => {
    for (const block of written('sh')) {
      const check = () => execFileSync('bash', ['-n'], { input: block.text, stdio: ['pipe', 'ignore', 'pipe'] });
      expect(check, place(block)).not.toThrow();
    }
  });

  test.each(written('sh'))('$page:$line names only what is there', ({ text }) => {
    expect(faults(commandsOf(text))).toEqual([]);
  });
});

const inline = pages.map((page) => ({
  page,
  codes: [...proseOf(textOf(page)).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
}));

test.each(inline)('$page names only commands and targets that are there between its blocks', ({ codes }) => {
  const commands = codes.filter((code) => /^(?:npx )?(?:anypod|make|helm) [a-z]/.test(code)).flatMap(commandsOf);
  expect(faults(commands)).toEqual([]);
});

test.each(inline)('$page names only variables that are there', ({ page }) => {
  const named = new Set(textOf(page).match(/\bANYPOD_(?!SERVICE_HOST)[A-Z][A-Z_]*[A-Z]\b/g));
  expect([...named].filter((name) => !VARIABLES.has(name) && !VARIABLES.has(name.replace(/_FILE$/, '')))).toEqual([]);
});

const VARIABLES = new Set([...SETTINGS, ...TELEMETRY_SETTINGS, ...CONSOLE_SETTINGS].map(({ env }) => env));

test('every command explains itself', () => {
  expect([...help.keys()].sort()).toEqual([...commandNames(), 'console'].sort());
  for (const text of help.values()) expect(text).toMatch(/^Usage: /);
});

test('what is not there is found', () => {
  const script = `COUNT=1 make nothing COLOR=red # make no comment
  x=$(npx anypod sesions list) && anypod serve server.ts --rediss 'a; b' | anypod pods --redis-username me
  helm install x helm/nowhere --set image.tag=1,imag.tag=2 \\
    --set podAnnotations.any=yes; kubectl apply -k k8s/overlays/none`;
  expect(faults(commandsOf(script))).toEqual([
    'make has no variable COLOR',
    'make has no target nothing',
    'anypod has no command sesions',
    'anypod serve has no flag --rediss',
    'the chart has no value imag.tag',
    'there is no helm/nowhere',
    'there is no k8s/overlays/none',
  ]);
});
