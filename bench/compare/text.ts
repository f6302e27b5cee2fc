import { table } from '../report.ts';
import { sentences } from './judge.ts';
import type { Comparison } from './measured.ts';

/** A comparison for people: tables, then what was promised. */
export function textOf({ date, setting, missing, rounds, milliseconds, studies, verdicts }: Comparison): string {
  const { cpu, cores, memoryGb, kernel, versions } = setting;
  const lines = [
    `${date}: ${cpu}, ${cores} cores, ${memoryGb} GB, Linux ${kernel}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `One core for the server, one for the load and Redis; medians of ${rounds} rounds of ${milliseconds} ms, servers in turn.`,
    ...missing.map((name) => `Not measured: the servers in ${name}, because they are not built.`),
    ...studies.flatMap(({ title, rows }) => ['', title, '', table(rows)]),
    '',
    sentences(verdicts),
  ];
  return `${lines.join('\n')}\n`;
}
