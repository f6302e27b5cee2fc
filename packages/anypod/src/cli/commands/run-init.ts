import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { ConfigError } from '../../serve/settings/config.ts';

/** The version of anypod, which is also that of `create-anypod`. */
function ownVersion(): string {
  // The bundle of the command is in another folder than this file.
  const file = findPackageJSON(import.meta.url) as string;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * `anypod init`: resolves to the exit code of `create-anypod --init`, which npm runs. Only developers need that package, so pods and images go without it.
 * Rejects with `ConfigError` if there is no npm.
 */
export function runInit(argv: readonly string[]): Promise<number> {
  // On Windows npm is a script, which only a shell runs.
  const options = { stdio: 'inherit', shell: process.platform === 'win32' } as const;
  const child = spawn('npm', ['exec', '--yes', '--', `create-anypod@${ownVersion()}`, '--init', ...argv], options);
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new ConfigError(['npm: anypod init needs npm, which is not here'])));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
