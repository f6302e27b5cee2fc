import type { Finding } from './finding.ts';

/** One table per study, for people. */
export function table(findings: readonly Finding[]): string {
  const studies = Map.groupBy(findings, ({ study }) => study);
  return [...studies].map(([study, rows]) => `${study}\n${tableOf(rows)}`).join('\n\n');
}

function tableOf(rows: readonly Finding[]): string {
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const lines = [
    ['', ...columns, 'promises'],
    ...rows.map(({ subject, values, promises }) => [
      subject,
      ...columns.map((column) => shown(values[column])),
      promises.every(({ held }) => held) ? 'held' : 'NOT HELD',
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three figures are all that such a machine can tell. */
export function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  return Math.abs(value) >= 100 ? `${Math.round(value)}` : `${Number(value.toPrecision(3))}`;
}
