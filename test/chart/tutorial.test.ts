import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { blocksOf } from '../../tools/docs/markdown.ts';
import { commandsOf } from '../../tools/docs/shell.ts';
import { prepareClone } from '../../tools/docs/story.ts';
import { CHART, createCommand } from './helm.ts';

const blocks = blocksOf(readFileSync(new URL('../../docs/tutorial.md', import.meta.url), 'utf8'));
const commands = blocks.filter(({ mark }) => mark === 'cluster').flatMap(({ text }) => commandsOf(text));
const server = blocks.find(({ mark }) => mark === 'server.ts')?.text ?? '';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anypod-tutorial-'));
  prepareClone(folder, { 'tutorial/server.ts': server });
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

test('what docs/tutorial.md installs is a Deployment of the name that it uses, with the server of the page', async () => {
  const install = commands.find(({ words: [program, verb] }) => program === 'helm' && verb === 'install')?.words ?? [];
  const given = install.slice(2).filter((word) => word !== '--wait');
  const here = given.map((word) =>
    word === 'helm/anypod' ? CHART : word.replace('=tutorial/', `=${join(folder, 'tutorial')}/`),
  );
  const { ok, stdout, stderr } = await createCommand('helm')(['template', ...here]);
  expect(ok, stderr).toBe(true);
  const objects = parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
  const used = commands.flatMap(({ words }) => words.filter((_, index) => words[index - 1] === 'deployment'));
  const deployments = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
  expect([...new Set(used)]).toEqual(deployments);
  expect(objects.flatMap(({ data }) => Object.values(data ?? {}))).toContain(server);
});
