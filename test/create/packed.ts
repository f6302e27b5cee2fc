import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packPackage } from './registry.ts';

const ROOT = join(import.meta.dirname, '../..');

const INSTALL = '--no-save --prefer-offline --no-audit --no-fund --ignore-scripts --loglevel=error'.split(' ');

/** How a command ended, and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end. It does not reject if the command fails. */
export function run(cwd: string, command: string, ...args: string[]): Promise<Outcome> {
  return runWith({}, cwd, command, ...args);
}

/** The same, with more variables. */
export async function runWith(
  more: Readonly<Record<string, string>>,
  cwd: string,
  command: string,
  ...args: string[]
): Promise<Outcome> {
  // npm tells its settings to the programs that it starts. The project has its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV)/.test(name)));
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      cwd,
      env: { ...env, ...more },
      timeout: 400_000,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: code ?? 1, output: `${stdout ?? ''}${stderr ?? ''}${String(error)}` };
  }
}

/** The packages as npm would publish them, and a place outside of this repository for projects that use them. */
export interface Packed {
  readonly directory: string;
  /** Makes a project with the packed `create-anypod` of `from`, in a directory below `directory`. */
  make(from: string, name: string, ...flags: string[]): Promise<Outcome>;
  /** Makes a project with the `create-anypod` of this repository. */
  makeFirst(name: string, ...flags: string[]): Promise<Outcome>;
  /** Installs what a project needs, and `create-anypod`. Projects after the first share the packages of one with the same needs. */
  install(name: string): Promise<Outcome>;
  share(name: string, from: string): void;
  remove(): void;
}

/** Packs both packages. They must be built. */
export function packPackages(): Packed {
  const directory = mkdtempSync(join(tmpdir(), 'anypod-packed-'));
  const [anypod, create] = [
    `file:${packPackage('anypod', directory)}`,
    `file:${packPackage('create-anypod', directory)}`,
  ];
  const makeWith = (command: string, args: string[]) => run(directory, command, ...args, '--anypod', anypod);
  return {
    directory,
    make: (from, ...args) => makeWith(join(directory, from, 'node_modules/.bin/create-anypod'), args),
    makeFirst: (...args) => makeWith(join(ROOT, 'packages/create-anypod/bin/create-anypod.js'), args),
    install: (name) => run(join(directory, name), 'npm', 'install', ...INSTALL, create),
    share: (name, from) => symlinkSync(join(directory, from, 'node_modules'), join(directory, name, 'node_modules')),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
