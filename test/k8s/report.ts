import { failedOf, type Outcome } from './run-scenario.ts';

const HEAD = ['Scenario', 'Requests', 'Failed', 'Events', 'Lost', 'Doubled', 'Longest gap', 'Sessions kept', 'Time'];

/** The head of the table, in Markdown. */
export function reportHead(): string {
  return `${row(HEAD)}\n${row(HEAD.map((_, index) => (index === 0 ? '---' : '---:')))}`;
}

/** One scenario in numbers. */
export function reportLine({ scenario, report, seconds }: Outcome): string {
  const { tally, workers, sessions } = report;
  return row([
    scenario.name,
    tally.calls + workers.requests,
    failedCell(failedOf(report), report.tally.failed, workers.failed),
    tally.events,
    tally.lost,
    tally.doubled,
    `${(tally.longestGapMs / 1000).toFixed(2)} s`,
    `${sessions.kept} of ${sessions.of}`,
    `${seconds} s`,
  ]);
}

/** How many, and of which kinds. */
function failedCell(all: number, kinds: Readonly<Record<string, number>>, workers: number): string {
  const parts = Object.entries({ ...kinds, 'of workers': workers }).filter(([, count]) => count > 0);
  return all === 0 ? '0' : `${all} (${parts.map(([kind, count]) => `${count} ${kind}`).join(', ')})`;
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}
