import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** Another version of the repository, to run pods from. */
export interface Checkout {
  readonly path: string;
  /** The commit, abbreviated. */
  readonly commit: string;
  remove(): Promise<void>;
}

/** Puts `revision` into a temporary folder, with this checkout's dependencies, and builds it. Throws where git does not have it, or it does not compile. */
export async function checkOut(revision: string): Promise<Checkout> {
  const { stdout } = await run('git', ['rev-parse', '--short', `${revision}^{commit}`], { cwd: REPOSITORY });
  const path = await mkdtemp(join(tmpdir(), 'anypod-checkout-'));
  const archive = spawn('git', ['archive', revision], { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'inherit'] });
  const unpack = spawn('tar', ['-x', '-C', path], { stdio: [archive.stdout, 'inherit', 'inherit'] });
  const [code] = (await once(unpack, 'close')) as [number];
  if (code !== 0) throw new Error(`tar could not unpack ${revision}`);
  await symlink(join(REPOSITORY, 'node_modules'), join(path, 'node_modules'));
  await run(process.execPath, ['--run', 'build'], { cwd: join(path, 'packages/anypod') });
  return { path, commit: stdout.trim(), remove: () => rm(path, { recursive: true, force: true }) };
}
