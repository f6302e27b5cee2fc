import { html } from 'hono/html';
import type { Point } from '../metrics/history.ts';
import type { Html } from './words.ts';

type Metric = Exclude<keyof Point, 'at'>;

interface Chart {
  readonly metric: Metric;
  readonly title: string;
  readonly text: (value: number) => string;
}

const count = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
const rate = (value: number) => `${value.toLocaleString('en', { maximumFractionDigits: 1 })}/s`;
const seconds = (value: number) => `${(value * 1000).toLocaleString('en', { maximumFractionDigits: 0 })} ms`;

const CHARTS: readonly Chart[] = [
  { metric: 'requests', title: 'Requests', text: rate },
  { metric: 'failed', title: 'Requests that failed or were refused for now', text: rate },
  { metric: 'inFlight', title: 'Requests in flight', text: count },
  { metric: 'streams', title: 'Open streams', text: count },
  { metric: 'tasksQueued', title: 'Tasks that wait for a pod', text: count },
  { metric: 'loopDelay', title: 'Delay of the event loop, slowest pod', text: seconds },
];

const [WIDTH, HEIGHT] = [320, 80];

/** The charts of all pods together, of the last quarter of an hour. */
export function charts(points: readonly Point[]): Html {
  return html`<div id="charts" class="charts" data-live>${CHARTS.map((chart) => figure(chart, points))}</div>`;
}

function figure({ metric, title, text }: Chart, points: readonly Point[]): Html {
  const values = points.flatMap((point) => point[metric] ?? []);
  const now = points.at(-1)?.[metric];
  if (values.length === 0)
    return html`<figure><figcaption>${title}<span class="none">not known yet</span></figcaption></figure>`;
  const most = Math.max(...values);
  const minutes = Math.max(1, Math.round(((points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)) / 60_000));
  const told = now === undefined ? 'not known' : text(now);
  const alt = `${title}: now ${told}, at most ${text(most)} in the last ${minutes} min`;
  return html`<figure><figcaption>${title}<strong>${told}</strong></figcaption>
<svg role="img" aria-label="${alt}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
<line x1="0" y1="${HEIGHT - 1}" x2="${WIDTH}" y2="${HEIGHT - 1}"/>${linesOf(metric, points, most).map(
    (line) => html`<polyline points="${line}"/>`,
  )}</svg>
<p class="scale"><span>${minutes} min ago</span><span>at most ${text(most)}</span></p></figure>`;
}

/** A line for each time without a gap. */
function linesOf(metric: Metric, points: readonly Point[], most: number): string[] {
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const lines: string[][] = [[]];
  for (const point of points) {
    const value = point[metric];
    if (value === undefined) {
      lines.push([]);
      continue;
    }
    const x = last === first ? WIDTH : ((point.at - first) / (last - first)) * WIDTH;
    const y = HEIGHT - 2 - (most === 0 ? 0 : (value / most) * (HEIGHT - 6));
    lines.at(-1)?.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  // A point alone is a short line, or it could not be seen.
  return lines
    .filter((line) => line.length > 0)
    .map((line) => (line.length === 1 ? [...line, ...line] : line).join(' '));
}
