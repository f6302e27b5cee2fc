/** A sample of a page of metrics: labels and value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of each metric, by its name. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus' text format: the samples of `names`. */
export function parseSamples(page: string, names: ReadonlySet<string>): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of page.split('\n')) {
    const [, name = '', labels = '', number = ''] = LINE.exec(line) ?? [];
    if (!names.has(name)) continue;
    const value = Number(number);
    if (!Number.isFinite(value)) continue;
    const found = samples.get(name) ?? [];
    found.push({ labels: labelsIn(labels), value });
    samples.set(name, found);
  }
  return samples;
}

function labelsIn(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, plainOf(value)] as const);
  return Object.fromEntries(pairs);
}

function plainOf(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
