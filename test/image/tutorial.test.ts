/** Runs chapters 1 to 3 of docs/tutorial.md as they stand, in a clone on a machine that has only what the page asks for. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markedBlocks } from '../../tools/docs/markdown.ts';
import { missingLine, outputsOf, startScript, stepsOf } from '../../tools/docs/story.ts';
import { run } from '../create/packed.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8');
const NODE_IMAGE = process.env['NODE_IMAGE'] ?? 'node:24-bookworm';
const MACHINE = `anypod-tutorial-${randomUUID()}`;

/** The set-up of the page needs the network, so it is done where the engine has it. */
const DOCKERFILE = `
FROM ${NODE_IMAGE}
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends curl make openssl redis-server
WORKDIR /clone
COPY clone .
COPY setup.sh /
RUN bash -euo pipefail /setup.sh
COPY server.ts tutorial/
`;

let folder: string;

async function succeed(command: string, ...args: string[]): Promise<void> {
  const { code, output } = await run(folder, command, ...args);
  expect(code, output).toBe(0);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anypod-tutorial-'));
  await succeed('git', 'clone', '--quiet', '--depth', '1', `file://${ROOT}`, 'clone');
  const blocks = markedBlocks(PAGE);
  for (const [mark, file] of [
    ['setup', 'setup.sh'],
    ['server.ts', 'server.ts'],
  ]) {
    writeFileSync(join(folder, file ?? ''), blocks.find((block) => block.mark === mark)?.text ?? '');
  }
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
  await succeed('docker', 'build', '--network', 'host', '--tag', MACHINE, '.');
});

afterAll(async () => {
  await run(folder, 'docker', 'rmi', '--force', MACHINE);
  rmSync(folder, { recursive: true, force: true });
});

test('on a clean machine, the tutorial does what it says', async () => {
  const steps = stepsOf(PAGE).filter(({ commands }) => commands.mark === '');
  expect(steps.length).toBeGreaterThan(5);
  const child = startScript(
    steps.map(({ commands }) => commands.text),
    folder,
    process.env,
    ['docker', 'run', '--rm', '--init', '--network', 'none', MACHINE, 'bash'],
  );
  const { code } = await child.exited;
  const outputs = outputsOf(child);
  for (const [index, step] of steps.entries()) {
    expect(missingLine(step, outputs[index] ?? ''), `${step.commands.text}\n${child.logs()}`).toBeUndefined();
  }
  expect(code, child.logs()).toBe(0);
});
