const SHOWN = ['count', 'rate', 'min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'max'];

/** What k6 hands to `handleSummary`, as far as it is read here. */
export interface Summary {
  readonly metrics: Readonly<Record<string, Metric>>;
}

export interface Metric {
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** Writes the run's JSON to `<results>/<name>.json`, and a few lines for people to the terminal. */
export function report(name: string, results: string, summary: Summary): Record<string, string> {
  const file = results === '' ? {} : { [`${results}/${name}.json`]: JSON.stringify(summary, null, 2) };
  return { ...file, stdout: textSummary(name, summary) };
}

/** Our own metrics and whatever has a threshold, one line each. */
function textSummary(name: string, { metrics }: Summary): string {
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
