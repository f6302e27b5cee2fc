/** Runs the commands of docs/tutorial.md for a cluster, in order, in a namespace of their own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { markedBlocks } from '../../tools/docs/markdown.ts';
import { missingLine, outputsOf, prepareClone, startScript, stepsOf } from '../../tools/docs/story.ts';
import { createNamespace, type Namespace } from './namespace.ts';

const NAME = 'anypod-tutorial';
const [repository, tag] = (process.env['ANYPOD_IMAGE'] ?? 'anypod:dev').split(':');
const page = readFileSync(new URL('../../docs/tutorial.md', import.meta.url), 'utf8');
let namespace: Namespace;
let folder: string;

beforeAll(async () => {
  namespace = await createNamespace(NAME);
  folder = mkdtempSync(join(tmpdir(), 'anypod-tutorial-'));
  const server = markedBlocks(page).find(({ mark }) => mark === 'server.ts');
  prepareClone(folder, { 'tutorial/server.ts': server?.text ?? '' });
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await namespace.delete();
});

it('the tutorial installs its server, tests it, and replaces its pods [chart.check]', async () => {
  const steps = stepsOf(page).filter(({ commands }) => commands.mark === 'cluster');
  const scripts = steps.map(({ commands }) =>
    commands.text.replace('image.tag=dev', `image.repository=${repository},image.tag=${tag}`),
  );
  const child = startScript(scripts, folder, await namespace.shell(folder));
  const { code } = await child.exited;
  const outputs = outputsOf(child);
  for (const [index, step] of steps.entries()) {
    expect(missingLine(step, outputs[index] ?? ''), `${step.commands.text}\n${child.logs()}`).toBeUndefined();
  }
  expect(code, child.logs()).toBe(0);
});
