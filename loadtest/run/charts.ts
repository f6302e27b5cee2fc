import type { Run } from './runs.ts';
import { shown } from './table.ts';

const ROW = 22;
const LABELS = 380;
const WIDTH = 420;
const SHADES = ['#2f6f9f', '#d98c3f', '#6a9f58', '#a05195'];

/** One page of one or several runs: for each study and each number a chart of bars, a bar per subject and run. */
export function page(runs: readonly Run[]): string {
  const studies = [...new Set(runs.flatMap(({ findings }) => findings.map(({ study }) => study)))];
  const head = runs.map(({ date, profile, machine }, index) => {
    const swatch = `<span style="color:${shade(index)}">■</span>`;
    return `<p>${swatch} ${date}, ${profile}: ${escaped(machine.cpu)}, ${machine.cores} cores, Node ${machine.node}, ${escaped(machine.k6)}</p>`;
  });
  const sections = studies.map((study) => `<h2>${escaped(study)}</h2>${chartsOf(study, runs)}`);
  return `<!doctype html><meta charset="utf-8"><title>anypod under load</title>
<style>body{font:14px system-ui;margin:2em;max-width:900px}text{font:12px system-ui}h3{margin:1em 0 0}</style>
<h1>anypod under load</h1>${head.join('')}${sections.join('')}\n`;
}

function chartsOf(study: string, runs: readonly Run[]): string {
  const rows = runs.flatMap(({ findings }, run) =>
    findings.filter((row) => row.study === study).map((row) => ({ ...row, run })),
  );
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  // What is to be compared stands together: the same subject in one run after the other.
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const ordered = rows.toSorted((a, b) => subjects.indexOf(a.subject) - subjects.indexOf(b.subject) || a.run - b.run);
  return columns
    .map((column) => {
      const bars = ordered.filter(({ values }) => values[column] !== undefined);
      return `<h3>${escaped(column)}</h3>${chart(bars.map(({ subject, values, run }) => ({ label: subject, value: values[column] ?? 0, run })))}`;
    })
    .join('');
}

function chart(bars: readonly { readonly label: string; readonly value: number; readonly run: number }[]): string {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const drawn = bars.map(({ label, value, run }, index) => {
    const y = index * ROW;
    const length = Math.max(1, (value / most) * WIDTH);
    return `<text x="${LABELS - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text><rect x="${LABELS}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 6}" fill="${shade(run)}"/><text x="${LABELS + length + 6}" y="${y + 15}">${shown(value)}</text>`;
  });
  return `<svg width="${LABELS + WIDTH + 90}" height="${bars.length * ROW}" role="img">${drawn.join('')}</svg>`;
}

const shade = (index: number) => SHADES[index % SHADES.length];

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
