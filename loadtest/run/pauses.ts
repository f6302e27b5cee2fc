import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NOTES = join(import.meta.dirname, '../server/note-pauses.ts');

/** The pauses for garbage of the processes that start with its environment. */
export interface Pauses {
  /** For each process, besides the given options for Node. */
  env(nodeOptions?: string): Readonly<Record<string, string>>;
  /** The longest pause of any of the processes since `time` (ms since the epoch), in ms. 0: none was as long as a millisecond. */
  longestSince(time: number): number;
  stop(): void;
}

export function watchPauses(): Pauses {
  const folder = mkdtempSync(join(tmpdir(), 'anypod-pauses-'));
  const file = join(folder, 'pauses');
  writeFileSync(file, '');
  return {
    env: (nodeOptions = '') => ({ NODE_OPTIONS: `${nodeOptions} --import ${NOTES}`.trim(), PAUSES_FILE: file }),
    longestSince(time) {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      const pauses = lines.map((line) => line.split(' ').map(Number));
      return Math.max(0, ...pauses.filter(([at = 0]) => at >= time).map(([, ms = 0]) => ms));
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
