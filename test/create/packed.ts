import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** How a command ended, and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end. It does not reject if the command fails. */
export async function run(cwd: string, command: string, ...args: string[]): Promise<Outcome> {
  // npm tells its settings to the programs that it starts. The project has its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV)/.test(name)));
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, timeout: 200_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: code ?? 1, output: `${stdout ?? ''}${stderr ?? ''}${String(error)}` };
  }
}

/** The packages as npm would publish them, and a place outside of this repository for projects that use them. */
export interface Packed {
  readonly directory: string;
  /** The addresses of the packages, as package.json and npm take them. */
  readonly anypod: string;
  readonly create: string;
  /** Makes a project with `create-anypod`, in a directory below `directory`. */
  make(name: string, ...flags: string[]): Promise<Outcome>;
  /** Installs what a project needs, and `create-anypod`. Projects after the first share the packages of one with the same needs. */
  install(name: string): Promise<Outcome>;
  share(name: string, from: string): void;
  remove(): void;
}

/** Packs both packages and installs `create-anypod`. They must be built. */
export async function packPackages(): Promise<Packed> {
  const directory = mkdtempSync(join(tmpdir(), 'anypod-packed-'));
  const pack = (name: string) => {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
    const packed = execFileSync('npm', args, { cwd: join(ROOT, 'packages', name), encoding: 'utf8', stdio: 'pipe' });
    return `file:${join(directory, /"filename": "(.+)"/.exec(packed)?.[1] ?? '')}`;
  };
  const [anypod, create] = [pack('anypod'), pack('create-anypod')];
  const install = async (cwd: string, ...more: string[]) => {
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...more];
    return run(cwd, 'npm', 'install', ...flags);
  };
  const tool = join(directory, 'tool');
  const installed = await install(directory, '--prefix', tool, create);
  if (installed.code !== 0) throw new Error(installed.output);
  return {
    directory,
    anypod,
    create,
    make: (name, ...flags) =>
      run(directory, join(tool, 'node_modules/.bin/create-anypod'), name, ...flags, '--anypod', anypod),
    install: (name) => install(join(directory, name), '--no-save', create),
    share: (name, from) => symlinkSync(join(directory, from, 'node_modules'), join(directory, name, 'node_modules')),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
