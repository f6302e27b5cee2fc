import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './packed.ts';
import { packPackage } from './registry.ts';

/** Makes `directory` an empty project with `anypod` as npm would publish it, and `others`. Rejects if npm does. */
export async function installPackage(directory: string, ...others: readonly string[]): Promise<void> {
  writeFileSync(join(directory, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
  const flags = '--no-audit --no-fund --ignore-scripts --loglevel=error'.split(' ');
  const { code, output } = await run(
    directory,
    'npm',
    'install',
    ...flags,
    packPackage('anypod', directory),
    ...others,
  );
  if (code !== 0) throw new Error(output);
}
