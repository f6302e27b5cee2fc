import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ALERTS, rulesFor } from '../../tools/observability/alerts.ts';
import { ALERT_CASES } from './alert-cases.ts';
import { promtool } from './prometheus.ts';

const folder = mkdtempSync(join(tmpdir(), 'anypod-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Rule {
  readonly alert: string;
  readonly labels: object;
  readonly annotations: object;
}

const rules = rulesFor('job="anypod"');
writeFileSync(join(folder, 'rules.yaml'), stringify(rules));
const ruleOf = (name: string) =>
  (rules as { groups: { rules: Rule[] }[] }).groups[0]?.rules.find(({ alert }) => alert === name);

/** What promtool expects of one case. */
function testOf(name: string, fires: boolean): object {
  const one = ALERT_CASES[name];
  const input = Object.entries((fires ? one?.fires : one?.silent) ?? {});
  const { labels, annotations } = ruleOf(name) as Rule;
  const alert = { exp_labels: { ...labels, ...one?.labels }, exp_annotations: annotations };
  return {
    interval: '1m',
    input_series: input.map(([series, values]) => ({ series, values })),
    alert_rule_test: [{ eval_time: one?.at ?? '30m', alertname: name, exp_alerts: fires ? [alert] : [] }],
  };
}

test('each alert has a case', () => {
  expect(Object.keys(ALERT_CASES)).toEqual(ALERTS.map(({ name }) => name));
});

test('the rules are well-formed [alerts.fire]', async () => {
  expect(await promtool(folder, 'check', 'rules', 'rules.yaml')).toContain(`SUCCESS: ${ALERTS.length} rules found`);
});

test.each(ALERTS)('$name fires when it should, and only then [alerts.fire]', async ({ name }) => {
  const tests = [testOf(name, true), testOf(name, false)];
  const file = `${name}.yaml`;
  writeFileSync(join(folder, file), stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
  expect(await promtool(folder, 'test', 'rules', file)).toContain('SUCCESS');
});
