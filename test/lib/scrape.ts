/** The content of `/metrics`: each sample by its text, `name{label="value"}`, and each type by its name. */
export interface Scrape {
  readonly samples: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
}

/** Reads a pod's metrics (Prometheus text format 0.0.4). */
export async function scrape(origin: string): Promise<Scrape> {
  const response = await fetch(`${origin}/metrics`);
  if (!response.ok) throw new Error(`${origin}/metrics answered ${response.status}`);
  return parseMetrics(await response.text());
}

function parseMetrics(text: string): Scrape {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
    if (line === '' || line.startsWith('#')) continue;
    const sample = /^([a-z0-9_]+(?:\{.*\})?) (\S+)$/.exec(line);
    const value = Number(sample?.[2]);
    if (sample === null || Number.isNaN(value)) throw new Error(`not a sample: ${line}`);
    if (samples.has(sample[1] ?? '')) throw new Error(`twice: ${line}`);
    samples.set(sample[1] ?? '', value);
  }
  return { samples, types };
}

/** Adds up the samples of one metric over all pods, by their labels as written (or `''`). Leaves out zeros. */
export function sumOf(scrapes: readonly Scrape[], name: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { samples } of scrapes) {
    for (const [sample, value] of samples) {
      const [family = '', labels = ''] = sample.split(/[{}]/);
      if (family === name && value !== 0)
        sums[labels.replaceAll('"', '')] = (sums[labels.replaceAll('"', '')] ?? 0) + value;
    }
  }
  return sums;
}
