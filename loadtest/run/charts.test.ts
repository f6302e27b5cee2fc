import { describe, expect, it } from 'vitest';
import { page } from './charts.ts';
import type { Finding } from './finding.ts';
import type { Run } from './runs.ts';

const machine = {
  cpu: 'a <CPU>',
  cores: 2,
  memoryGb: 8,
  kernel: '6',
  node: 'v24',
  k6: 'k6 1',
  redis: '7',
  haproxy: '3',
};

const found = (subject: string, ms: number): Finding => ({ study: 'overhead', subject, values: { ms }, promises: [] });

const runOf = (date: string, findings: readonly Finding[]): Run => ({ date, profile: 'load', machine, findings });

/** Label and value of each bar, from above. */
function bars(html: string): string[] {
  return [...html.matchAll(/text-anchor="end">([^<]*)<\/text><rect [^>]*fill="([^"]*)"\/><text [^>]*>([^<]*)</g)].map(
    ([, label, shade, value]) => `${label} ${value} ${shade}`,
  );
}

describe('page', () => {
  const html = page([
    runOf('Monday', [found('one', 1), found('two', 2)]),
    runOf('Tuesday', [found('one', 3), found('three', 4)]),
  ]);

  it('draws what several runs found of a subject one below the other, each run in its colour', () => {
    expect(bars(html)).toEqual(['one 1 #2f6f9f', 'one 3 #d98c3f', 'two 2 #2f6f9f', 'three 4 #d98c3f']);
  });

  it('names every run, and escapes what a machine is called', () => {
    expect(html).toContain('Monday, load: a &lt;CPU>');
    expect(html).toContain('Tuesday, load');
  });
});
