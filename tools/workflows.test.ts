/** Checks the workflows: each action is pinned to a commit, and no job gets more permissions than it needs. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const DIRECTORY = join(import.meta.dirname, '../.github/workflows');
const workflows = globSync('*.yml', { cwd: DIRECTORY }).map((file) => [
  file,
  readFileSync(join(DIRECTORY, file), 'utf8'),
]);

test('there are workflows', () => expect(workflows).not.toEqual([]));

test.each(workflows)('%s pins each action to a commit, and names its version', (_file, text = '') => {
  const uses = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action]) => action);
  expect(uses).not.toEqual([]);
  expect(uses.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
});

test.each(workflows)('%s may only read', (_file, text = '') => {
  expect(parse(text)).toMatchObject({ permissions: { contents: 'read' } });
});

test.each(workflows)('%s leaves no credentials in the checkout', (_file, text = '') => {
  const steps = Object.values(parse(text).jobs as Record<string, { steps: { uses?: string; with?: object }[] }>);
  const checkouts = steps.flatMap((job) => job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')));
  for (const { with: options } of checkouts) expect(options).toMatchObject({ 'persist-credentials': false });
});

test('each target that tests runs in a workflow', () => {
  const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  const targets = read('Makefile')
    .split('\n')
    .filter((line) => line.startsWith('.PHONY:'))
    .flatMap((line) => line.match(/\btest-[\w-]+/g) ?? [])
    // The part of `make test` that ONLY names.
    .filter((target) => target !== 'test-files');
  const run = [read('tools/test.ts'), ...workflows.map(([, text = '']) => text)].join('\n');
  expect(targets).toContain('test-unit');
  expect(targets.filter((target) => !new RegExp(`\\b${target}(?![\\w-])`).test(run))).toEqual([]);
});
