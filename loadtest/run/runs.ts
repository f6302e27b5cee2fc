import { readFileSync } from 'node:fs';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** What a file of findings holds. */
export interface Run {
  /** ISO 8601. */
  readonly date: string;
  readonly profile: string;
  readonly machine: Machine;
  readonly findings: readonly Finding[];
}

/** Reads what an earlier run wrote. Throws with the file's name where it is something else. */
export function readRun(file: string): Run {
  const run = JSON.parse(readFileSync(file, 'utf8')) as Partial<Run>;
  if (!Array.isArray(run.findings) || run.machine === undefined || run.date === undefined) {
    throw new Error(`${file} holds no findings of a load test.`);
  }
  return run as Run;
}

/** Of a run's own file: no two runs have the same. */
export function fileNameOf({ date, profile }: Pick<Run, 'date' | 'profile'>): string {
  return `findings-${profile}-${date.replaceAll(':', '-').replace(/\..*/, '')}.json`;
}
