import { readFile } from 'node:fs/promises';

interface Series {
  readonly type: string;
  readonly labels: readonly string[];
}

/** The rows of the first table of `docs/metrics.md`, by name. */
export async function documentedSeries(): Promise<ReadonlyMap<string, Series>> {
  const markdown = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const section = markdown.split('## Series')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const [, name = '', type = '', labels = ''] = row.split('|').map((cell) => cell.trim());
      return [
        name.replaceAll('`', ''),
        { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label) },
      ];
    }),
  );
}
