import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './run-scenario.ts';
import type { Stage } from './stage.ts';

const RESULTS = fileURLToPath(new URL('../../test-results/', import.meta.url));

const COLUMNS = [
  'calls',
  'events',
  'lost',
  'doubled',
  'reruns',
  'failed',
  'pod_lost',
  'refused',
  'cut',
  'gap ms',
] as const;
const NAME_WIDTH = 44;

function row(name: string, cells: readonly (string | number)[]): string {
  return (
    name.padEnd(NAME_WIDTH) +
    cells.map((cell, index) => String(cell).padStart((COLUMNS[index]?.length ?? 0) + 2)).join('')
  );
}

/** The head of the table that `reportLine` fills. */
export function reportHead(): string {
  return row('', COLUMNS);
}

/** One scenario in numbers; `failed` counts all failures, the columns after it those that have a reason of their own. */
export function reportLine({ name, tally }: Outcome): string {
  const { calls, events, lost, doubled, reruns, failed, longestGapMs } = tally;
  const all = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const cells = [
    calls,
    events,
    lost,
    doubled,
    reruns,
    all,
    failed.pod_lost,
    failed.refused,
    failed.cut,
    Math.round(longestGapMs),
  ];
  return row(name, cells);
}

/** Keeps what the pods printed, where a promise was broken. */
export async function keepLogs(stage: Stage, name: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(`${RESULTS}chaos ${name}.log`, stage.logs());
}
