import { userInfo } from 'node:os';
import { type Outcome, runWith } from './packed.ts';
import type { Registry } from './registry.ts';

/** The image of a machine that has Node and nothing else. */
const IMAGE = process.env['NODE_IMAGE'] ?? 'node:24-slim';

/** Runs commands in a new container of that image, in `folder`, which is empty at first. They reach the registry, and stop where one fails. */
export function onCleanMachine(registry: Registry, folder: string, commands: readonly string[]): Promise<Outcome> {
  const { uid, gid } = userInfo();
  const env = Object.entries({ ...registry.env, HOME: '/tmp' }).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ]);
  const place = ['--user', `${uid}:${gid}`, '--volume', `${folder}:/work`, '--workdir', '/work', '--entrypoint', 'sh'];
  return runWith(
    {},
    folder,
    'docker',
    'run',
    '--rm',
    '--network',
    'host',
    ...env,
    ...place,
    IMAGE,
    '-ec',
    commands.join('\n'),
  );
}
