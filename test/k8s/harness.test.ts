import { describe, expect, test } from 'vitest';
import { runCommand } from './cluster/run-command.ts';
import type { Report } from './load/protocol.ts';
import { reportHead, reportLine } from './report.ts';
import { verdict } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { chosenScenarios, SCENARIOS } from './scenarios.ts';

const nothing = async () => {};
const scenario: Scenario = { id: 'one', name: 'one', prepare: nothing, act: nothing };
const NONE = { pod_lost: 0, draining: 0, refused: 0, cut: 0, hung: 0, wrong: 0 };

function report(more: Partial<Report> = {}, failed: Partial<typeof NONE> = {}): Report {
  const counts = { calls: 10, events: 30, lost: 0, doubled: 0, disordered: 0, reruns: 0, longestGapMs: 123 };
  return {
    tally: { ...counts, failed: { ...NONE, ...failed } },
    workers: { requests: 5, failed: 0, slowestMs: 7 },
    sessions: { kept: 3, of: 3 },
    versions: { 1: 5 },
    pods: 2,
    longWaits: [],
    violations: [],
    ...more,
  };
}

describe('a scenario', () => {
  test('passes where nothing was broken', () => {
    expect(verdict(scenario, report())).toEqual([]);
  });

  test('fails with what was broken', () => {
    expect(verdict(scenario, report({ violations: ['an event lost'] }))).toEqual(['an event lost']);
  });

  test('fails where the new version never answered', () => {
    expect(verdict({ ...scenario, versions: 2 }, report())).toHaveLength(1);
    expect(verdict({ ...scenario, versions: 2 }, report({ versions: { 1: 3, 2: 2 } }))).toEqual([]);
  });

  test('that must fail fails where nothing did', () => {
    const naive = { ...scenario, mustFail: true };
    expect(verdict(naive, report())).toHaveLength(1);
    expect(verdict(naive, report({}, { cut: 1 }))).toEqual([]);
    expect(verdict(naive, report({ workers: { requests: 5, failed: 1, slowestMs: 7 } }))).toEqual([]);
  });
});

test('the table has every number', () => {
  const numbers = report({ workers: { requests: 5, failed: 2, slowestMs: 7 } }, { pod_lost: 1 });
  const line = reportLine({ scenario, report: numbers, seconds: 9, violations: [] });
  expect(line).toBe('| one | 15 | 3 (1 pod_lost, 2 of workers) | 30 | 0 | 0 | 0.12 s | 3 of 3 | 9 s |');
  expect(reportHead().split('\n')[1]?.split('|')).toHaveLength(line.split('|').length);
});

describe('scenarios', () => {
  test('are all chosen by default, and each by its id', () => {
    expect(chosenScenarios()).toBe(SCENARIOS);
    expect(chosenScenarios('kill,restart').map(({ id }) => id)).toEqual(['restart', 'kill']);
    expect(new Set(SCENARIOS.map(({ id }) => id)).size).toBe(SCENARIOS.length);
  });

  test('that do not exist are named, with those that do', () => {
    expect(() => chosenScenarios('kil')).toThrow(/no kil, only restart, /);
  });
});

describe('a command', () => {
  test('that is missing is named, with a remedy', async () => {
    await expect(runCommand('no-such-command', [])).rejects.toThrow('no-such-command is missing: install it');
  });

  test('that fails is told with what it printed', async () => {
    const failing = runCommand(process.execPath, ['-e', 'console.error("because"); process.exit(3)']);
    await expect(failing).rejects.toThrow(/failed with 3:\nbecause/);
  });

  test('gets its input, and is ended after its time', async () => {
    await expect(runCommand('cat', [], { input: 'text' })).resolves.toBe('text');
    await expect(runCommand('sleep', ['60'], { timeoutMs: 100 })).rejects.toThrow('was not done after 0.1 s');
  });
});
