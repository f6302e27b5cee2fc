import type { Finding } from '../finding.ts';
import { shown } from '../table.ts';
import { GROWTH } from './growth.ts';

/** A table in Markdown of all findings of growth: a row for each quantity, with its exponents by sessions and by pods. Undefined where there are none. */
export function growthTable(findings: readonly Finding[]): string | undefined {
  const rows = Map.groupBy(
    findings.filter(({ study }) => study === GROWTH),
    ({ subject }) => subject,
  );
  if (rows.size === 0) return undefined;
  const valuesOf = (parts: readonly Finding[]): Finding['values'] =>
    Object.assign({}, ...parts.map(({ values }) => values));
  const merged = [...rows].map(([subject, parts]) => ({ subject, values: valuesOf(parts) }));
  const columns = [...new Set(merged.flatMap(({ values }) => Object.keys(values)))];
  const lines = [
    ['', ...columns],
    ['---', ...columns.map(() => '---:')],
    ...merged.map(({ subject, values }) => [subject, ...columns.map((column) => cellOf(column, values[column]))]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function cellOf(column: string, value: number | undefined): string {
  // In a file, what is no number is null.
  if (typeof value !== 'number') return '';
  return column.startsWith('exponent') ? value.toFixed(2).replace('-0.00', '0.00') : shown(value);
}
