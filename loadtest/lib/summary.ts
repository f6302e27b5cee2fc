import { textSummary } from './text-summary.ts';

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
