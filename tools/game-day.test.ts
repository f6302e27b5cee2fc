/** Checks the table of failure switches in `docs/operations.md` against the switches, the panels of the dashboard and the alerts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_SECONDS, SWITCHES } from '../packages/anypod/src/serve/operators/game-day.ts';
import { ALERTS } from './observability/alerts.ts';
import { QUERIES } from './observability/dashboard.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
const section = page.slice(page.indexOf('## Game day'), page.indexOf('## Incidents'));
const rows = section.split('\n').flatMap((line) => {
  const [, name, , , dashboard = '', alert = '', time = ''] = line.split('|').map((cell) => cell.trim());
  const [, id] = /^`(\w+)`/.exec(name ?? '') ?? [];
  return id === undefined ? [] : [{ id, dashboard, alert, time }];
});
const panels = new Set(QUERIES.map(({ panel }) => panel));

test('each switch has its row [gameday.alerts]', () => {
  expect(rows.map(({ id }) => id)).toEqual([...SWITCHES]);
  expect(section).toContain(`default ${DEFAULT_SECONDS}`);
});

test.each(rows)('what `$id` shows are panels of the dashboard [gameday.alerts]', ({ dashboard }) => {
  const titles = [...dashboard.matchAll(/"([^"]+)"/g)].map(([, title]) => title ?? '');
  expect(titles).not.toEqual([]);
  expect(titles.filter((title) => !panels.has(title))).toEqual([]);
});

test.each(rows)('`$id` says when its alert fires, and to last longer where it must [gameday.alerts]', (row) => {
  const [, name] = /`(Anypod\w+)`/.exec(row.alert) ?? [];
  const minutes = Number.parseInt(ALERTS.find((alert) => alert.name === name)?.for ?? '', 10);
  expect(row.time).toMatch(minutes === 0 ? /^at once/ : new RegExp(`^${minutes} minutes`));
  const [, seconds = DEFAULT_SECONDS] = /`seconds` (\d+)/.exec(row.time) ?? [];
  expect(Number(seconds)).toBeGreaterThan(minutes * 60);
});
