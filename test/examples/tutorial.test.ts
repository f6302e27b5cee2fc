/** Runs the commands of docs/tutorial.md in order, on free ports instead of those in the text. Its chapter on Kubernetes is in `test/chart-cluster`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markedBlocks } from '../../tools/docs/markdown.ts';
import { freePorts, withPorts } from '../../tools/docs/ports.ts';
import { missingLine, outputsOf, prepareClone, startScript, stepsOf } from '../../tools/docs/story.ts';

const PAGE = readFileSync(new URL('../../docs/tutorial.md', import.meta.url), 'utf8');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(import.meta.dirname, '../../test-results/tutorial-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the tutorial does what it says, up to a call that outlives its pod', { timeout: 180_000 }, async () => {
  const ports = await freePorts(['3000', '3001', '3002', '6379']);
  const page = withPorts(PAGE, ports);
  const server = markedBlocks(page).find(({ mark }) => mark === 'server.ts');
  prepareClone(folder, { 'tutorial/server.ts': server?.text ?? '' });
  const steps = stepsOf(page).filter(({ commands }) => commands.mark === '');
  expect(steps.length).toBeGreaterThan(5);

  const child = startScript(
    steps.map(({ commands }) => commands.text),
    folder,
    process.env,
  );
  try {
    const { code } = await child.exited;
    const outputs = outputsOf(child);
    for (const [index, step] of steps.entries()) {
      expect(missingLine(step, outputs[index] ?? ''), `${step.commands.text}\n${child.logs()}`).toBeUndefined();
    }
    expect(code, child.logs()).toBe(0);
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Everything has ended.
    }
  }
});
