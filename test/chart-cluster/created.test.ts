/** From an empty folder on a machine that has Node only to a release on a cluster, with the commands of the project's own README. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../../tools/docs/markdown.ts';
import { startScript } from '../../tools/docs/story.ts';
import { messagesOf, openSession, textOf } from '../cluster/wire.ts';
import { onCleanMachine } from '../create/clean-machine.ts';
import { type Registry, startRegistry } from '../create/registry.ts';
import { type Forward, forward } from './forward.ts';
import { createNamespace, type Namespace } from './namespace.ts';

const NAME = 'anypod-created';
const PROJECT = 'anypod-created-shop';
const ROOT = join(import.meta.dirname, '../..');
const IMAGE = process.env['ANYPOD_IMAGE'] ?? 'anypod:dev';
/** A command that brings images to the nodes of the cluster. */
const LOAD_IMAGES = process.env['LOAD_IMAGES'];

let namespace: Namespace;
let registry: Registry;
let folder: string;

async function runHere(cwd: string, ...commands: string[]): Promise<string> {
  const child = startScript(commands, cwd, await namespace.shell(folder));
  expect((await child.exited).code, child.logs()).toBe(0);
  return child.logs();
}

/** What the README says under "On Kubernetes", for the image under test and this cluster. */
function commandsOf(readme: string): string {
  const block = blocksOf(readme).find(({ text }) => text.includes('helm install'));
  return (block?.text ?? '')
    .replace('docker build', `docker build --network host --build-arg ANYPOD_IMAGE=${IMAGE}`)
    .replace('helm install', `${LOAD_IMAGES} ${PROJECT}:0.1.0\nhelm install`)
    .replace("<anypod's repository>", ROOT);
}

async function call({ origin }: Forward, name: string, args: object): Promise<string> {
  const url = new URL('/mcp', origin);
  const [answer] = await messagesOf(await (await openSession(url)).call(url, 1, name, args));
  return textOf(answer);
}

describe.skipIf(LOAD_IMAGES === undefined)('with LOAD_IMAGES', () => {
  beforeAll(async () => {
    namespace = await createNamespace(NAME);
    registry = await startRegistry();
    folder = mkdtempSync(join(tmpdir(), 'anypod-created-'));
  });

  afterAll(async () => {
    registry?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    await namespace?.delete();
  });

  it('a new project passes its test on a clean machine, and serves from two pods of a cluster [chart.check]', async () => {
    const flags = '--sdk v2 --example basket --run kubernetes';
    const made = await onCleanMachine(registry, folder, [
      `npm create --yes anypod@latest ${PROJECT} -- ${flags}`,
      `cd ${PROJECT} && npm install && npm test`,
    ]);
    expect(made).toEqual({ code: 0, output: expect.stringContaining('pass 1') });

    const project = join(folder, PROJECT);
    const printed = await runHere(project, commandsOf(readFileSync(join(project, 'README.md'), 'utf8')));
    expect(printed).toMatch(/^ok +every-pod .*all 2 know the session$/m);

    const names = await namespace.kubectl(['get', 'pods', '-l', 'app.kubernetes.io/component=server', '-o', 'name']);
    const pods = await Promise.all(
      names
        .trim()
        .split('\n')
        .map((pod) => forward(NAME, pod, 3000)),
    );
    try {
      const [one, other] = pods as [Forward, Forward];
      const basket = await call(one, 'create_basket', {});
      expect(await call(other, 'add_item', { basket, item: 'apples' })).toBe('The basket has 1 items.');
      expect(await call(one, 'show_basket', { basket })).toBe('apples');
    } finally {
      await Promise.all(pods.map((pod) => pod.stop()));
    }
    await runHere(folder, `helm uninstall ${PROJECT}`, `docker rmi ${PROJECT}:0.1.0`);
  });
});
