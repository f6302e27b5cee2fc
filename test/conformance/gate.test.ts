import { describe, expect, it } from 'vitest';
import type { Check, ScenarioChecks } from './checks.ts';
import { judge } from './gate.ts';

function scenario(name: string, ...statuses: Check['status'][]): ScenarioChecks {
  return { scenario: name, checks: statuses.map((status) => ({ id: `${name}-check`, status, errorMessage: 'why' })) };
}

const good = scenario('good', 'SUCCESS', 'INFO', 'SKIPPED');

describe('the gate', () => {
  it('lets scenarios through that succeed', () => {
    expect(judge([good], [], 1)).toEqual({ scenarios: 1, clean: 1, successes: 1, problems: [] });
  });

  it.each([
    ['a failure', scenario('bad', 'SUCCESS', 'FAILURE'), 'FAILURE bad-check: why'],
    ['a warning', scenario('bad', 'SUCCESS', 'WARNING'), 'WARNING bad-check: why'],
    ['a scenario that checked nothing', scenario('bad', 'INFO', 'SKIPPED'), 'nothing was checked'],
  ])('stops %s', (_what, bad, message) => {
    expect(judge([good, bad], [], 2).problems).toEqual([{ scenario: 'bad', message }]);
  });

  it('stops a run with too few scenarios', () => {
    expect(judge([good], [], 2).problems).toEqual([{ scenario: '(all)', message: '1 scenarios ran, not 2' }]);
  });

  it.each(['SKIPPED', 'FAILURE'] as const)('excuses a scenario that cannot succeed: %s', (status) => {
    expect(judge([good, scenario('bad', status)], ['bad'], 2)).toMatchObject({ clean: 2, problems: [] });
  });

  it('stops an excused scenario that succeeds', () => {
    expect(judge([scenario('bad', 'SUCCESS')], ['bad'], 1).problems).toMatchObject([{ scenario: 'bad' }]);
  });
});
