import { BLUE_GREENS } from './blue-green-scenarios.ts';
import { FAULTS, NAIVE } from './fault-scenarios.ts';
import { ROLLOUTS } from './rollout-scenarios.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [...ROLLOUTS, ...FAULTS, ...BLUE_GREENS, NAIVE];

/** The scenarios that `SCENARIO=restart,kill` names; all where it is empty. Throws where there is no such one. */
export function chosenScenarios(ids = ''): readonly Scenario[] {
  const asked = ids.split(',').filter((id) => id !== '');
  const known = SCENARIOS.map(({ id }) => id);
  const unknown = asked.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`SCENARIO: there is no ${unknown}, only ${known.join(', ')}.`);
  return asked.length === 0 ? SCENARIOS : SCENARIOS.filter(({ id }) => asked.includes(id));
}
