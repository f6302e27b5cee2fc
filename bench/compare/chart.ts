import type { Row } from '../report.ts';
import type { Measured } from './measured.ts';

const LINE = 20;
const LABELS = 360;
const WIDTH = 420;
const MARGIN = 90;
const OURS = '#2f6f9f';
const THEIRS = '#b8b8b8';

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly ours: boolean;
}

interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** A drawing of CPU time per request in each study, and of the memory per idle session: the shorter the better. */
export function chart(studies: readonly Measured[]): string {
  const panels = [
    ...studies.map(({ title, rows }) => panel(`${title}: CPU µs`, rows, ({ cpuMicros }) => cpuMicros)),
    ...studies.map(({ rows }) => panel('KB per idle session, in the process and in Redis', rows, kilobytes)),
  ].filter(({ bars }) => bars.length > 0);
  let top = 10;
  const drawn = panels.map((each) => {
    const group = `<g transform="translate(0 ${top})">${draw(each)}</g>`;
    top += (each.bars.length + 2) * LINE;
    return group;
  });
  const [width, height] = [LABELS + WIDTH + MARGIN, top];
  const style = 'text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:bold}';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${style}</style><rect width="${width}" height="${height}" fill="#fff"/>
${drawn.join('\n')}
</svg>
`;
}

function panel(title: string, rows: readonly Row[], read: (row: Row) => number | undefined): Panel {
  const bars = rows.flatMap((row) => {
    const value = read(row);
    return value === undefined ? [] : [{ label: labelOf(row), value, ours: row.name.startsWith('anypod') }];
  });
  return { title, bars: bars.toSorted((a, b) => a.value - b.value) };
}

function kilobytes({ sessionKb, sessionRedisKb = 0 }: Row): number | undefined {
  return sessionKb === undefined ? undefined : sessionKb + sessionRedisKb;
}

function labelOf({ name, era, tools, schemas }: Row): string {
  const words = [name, era === 'modern' ? 'modern' : '', `${tools}`, schemas === 'factory' ? 'in-factory' : ''];
  return words.filter((word) => word !== '').join(' · ');
}

function draw({ title, bars }: Panel): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ label, value, ours }, index) => {
    const [y, length] = [(index + 1) * LINE, Math.max(1, (value / most) * WIDTH)];
    return [
      `<text x="${LABELS - 8}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${LABELS}" y="${y + 3}" width="${length.toFixed(1)}" height="${LINE - 6}" fill="${ours ? OURS : THEIRS}"/>`,
      `<text x="${(LABELS + length + 6).toFixed(1)}" y="${y + 14}">${value < 10 ? value.toFixed(1) : value.toFixed(0)}</text>`,
    ].join('');
  });
  return `<text class="title" x="8" y="14">${escaped(title)}</text>${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
