/** Checks that `docs/operations.md` has each alert of the chart, and a section with what to do for each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALERTS, anchorOf } from './observability/alerts.ts';
import { QUERIES } from './observability/dashboard.ts';
import { SCOPE } from './observability/series.ts';

const operations = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');

test('docs/operations.md has a row like this for every alert, and no other [alerts.documented]', () => {
  const rows = operations.split('\n').filter((line) => line.startsWith('| `Anypod'));
  expect(rows).toEqual(
    ALERTS.map(
      ({ name, severity, summary, section }) =>
        `| \`${name}\` | ${severity} | ${summary} | [${section}](#${anchorOf(section)}) |`,
    ),
  );
});

test.each(ALERTS)('$name has its section [alerts.documented]', ({ section }) => {
  expect(operations).toMatch(new RegExp(`^### ${section}$`, 'm'));
});

test('every selector of an alert and of the dashboard picks out the release', () => {
  for (const { expr } of [...ALERTS, ...QUERIES]) {
    const selectors = expr.match(/[a-z][a-z0-9_]*_[a-z0-9_]*(?=[{[])\{?[^}]*\}?/g) ?? [];
    expect(selectors.length, expr).toBeGreaterThan(0);
    for (const selector of selectors) expect(selector).toContain(SCOPE);
  }
});
