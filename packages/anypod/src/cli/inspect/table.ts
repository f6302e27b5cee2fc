/** Text of a server or client without what moves a terminal's cursor. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

/** Lines of aligned columns below their names. */
export function tableText(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [columns, ...rows].map((row) => row.map(oneLine));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The text, or as much of it as fits into `width` characters. */
export function fitText(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A time in its greatest unit, as `3h`. */
export function durationText(ms: number): string {
  const size = Math.abs(ms);
  const [unit, length] = UNITS.find(([, one]) => size >= one) ?? ['ms', 1];
  return `${ms < 0 ? '-' : ''}${Math.floor(size / length)}${unit}`;
}
