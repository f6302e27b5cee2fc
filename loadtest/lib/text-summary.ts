import type { Metric, Summary } from './summary.ts';

const SHOWN = ['count', 'rate', 'min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'max'];

/** Our own metrics and whatever has a threshold, one line each. */
export function textSummary(name: string, { metrics }: Summary): string {
  const lines = Object.entries(metrics)
    .filter(([key, metric]) => metric.thresholds !== undefined || key.startsWith('mcp_'))
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([key, metric]) => `  ${verdict(metric)} ${key.padEnd(52)} ${values(metric)}`);
  return [`\n${name}`, ...lines, ''].join('\n');
}

function verdict({ thresholds }: Metric): string {
  if (thresholds === undefined) return ' ';
  return Object.values(thresholds).every(({ ok }) => ok) ? '✓' : '✗';
}

function values(metric: Metric): string {
  return SHOWN.filter((key) => metric.values[key] !== undefined)
    .map(
      (key) =>
        `${key}=${Number(metric.values[key])
          .toFixed(3)
          .replace(/\.?0+$/, '')}`,
    )
    .join(' ');
}
