import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = join(import.meta.dirname, '../..');

/** The chart's folder. */
export const CHART = join(ROOT, 'helm/anypod');

export interface HelmResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Warnings, or why it failed. */
  readonly stderr: string;
}

export type Helm = (arguments_: readonly string[], stdin?: string) => Promise<HelmResult>;

/**
 * A helm of this major version, as `tools/setup-helm.ts` provides it.
 *
 * @param signal ends a run that takes too long; by default half a minute.
 */
export function createHelm(major: '3' | '4' = '4'): Helm {
  const command = join(ROOT, '.helm', major, 'helm');
  return async (arguments_, stdin = '') => {
    const child = spawn(command, arguments_, { signal: AbortSignal.timeout(30_000) });
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    child.stdin.end(stdin);
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { ok: code === 0, stdout, stderr };
  };
}
