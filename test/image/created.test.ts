/** What `npm create anypod` makes, as an image: from an empty folder to two containers. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesOf, openSession, textOf } from '../cluster/wire.ts';
import { onCleanMachine } from '../create/clean-machine.ts';
import { runWith } from '../create/packed.ts';
import { type Registry, startRegistry } from '../create/registry.ts';
import { type AnypodContainer, IMAGE, startAnypod, startRedis } from './containers.ts';

const INSTALL = ['--no-audit', '--no-fund', '--loglevel=error'];

let registry: Registry;
let network: StartedNetwork;
let redis: StartedTestContainer;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'anypod-created-'));
  registry = await startRegistry();
  network = await new Network().start();
  redis = await startRedis(network);
}, 120_000);

afterAll(async () => {
  registry?.stop();
  await redis?.stop();
  await network?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function call({ url }: AnypodContainer, name: string, args: object): Promise<string> {
  const session = await openSession(url);
  const [answer] = await messagesOf(await session.call(url, 1, name, args));
  return textOf(answer);
}

test.each([
  ['v1', 'docker'],
  ['v2', 'docker'],
  ['v1', 'kubernetes'],
  ['v2', 'kubernetes'],
])(
  'a project of SDK %s for %s passes its test, and its image serves on two containers [image.own-server]',
  async (sdk, place) => {
    const name = `shop-${sdk}-${place}`;
    const inside = join(directory, name);
    const done = async (cwd: string, command: string, ...args: string[]) =>
      expect(await runWith(registry.env, cwd, command, ...args)).toMatchObject({ code: 0 });
    const flags = ['--sdk', sdk, '--example', 'basket', '--run', place];
    await done(directory, 'npm', 'create', '--yes', 'anypod@latest', name, '--', ...flags);
    await done(inside, 'npm', 'install', ...INSTALL);
    await done(inside, 'npm', 'test');
    const image = `anypod-created-${randomUUID()}`;
    const build = ['build', '--network', 'host', '--build-arg', `ANYPOD_IMAGE=${IMAGE}`, '--tag', image, '.'];
    await done(inside, 'docker', ...build);
    const containers = await Promise.all([1, 2].map(() => startAnypod({ image, network })));
    const [one, other] = containers as [AnypodContainer, AnypodContainer];
    const basket = await call(one, 'create_basket', {});
    expect(await call(other, 'add_item', { basket, item: 'apples' })).toBe('The basket has 1 items.');
    expect(await call(one, 'show_basket', { basket })).toBe('apples');
    for (const container of containers) await container.remove();
    await done(directory, 'docker', 'rmi', image);
  },
);

test('on a clean machine, in an empty folder, a new project passes its test', async () => {
  const steps = [
    'cd "$(mktemp -d)"',
    'npm create --yes anypod@latest weather -- --yes',
    `cd weather && npm install ${INSTALL.join(' ')} && npm test`,
  ];
  expect(await onCleanMachine(registry, directory, steps)).toEqual({
    code: 0,
    output: expect.stringContaining('pass 1'),
  });
});
