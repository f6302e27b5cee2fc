import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { V1, V2, WIRE, WIRE_WITHOUT_RESUME } from './clients.ts';
import { kill } from './faults.ts';
import { reportHead, reportLine } from './report.ts';
import { runScenario } from './run-scenario.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { type Stage, startStage } from './stage.ts';

function scenario(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no scenario ${name}`);
  return found;
}

describe('the harness sees', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ env: { ANYPOD_DRAIN_DELAY: '0', ANYPOD_DRAIN_TIMEOUT: '0' } });
    console.log(reportHead());
  });
  afterAll(() => stage?.stop());

  test('what a naive deployment loses: pods are gone at once, where they should drain', async () => {
    const naive: Scenario = {
      ...scenario('SIGTERM of a pod'),
      name: 'naive: SIGKILL instead of SIGTERM',
      async fault(running) {
        // All of them in turn, as a deploy does: a single pod may by chance have nothing running that cannot be repeated.
        for (const index of running.pods.keys()) {
          await kill(running, index);
          await running.replace(index);
        }
        return [];
      },
    };
    const outcome = await runScenario(stage, naive, { clients: [WIRE, WIRE, V1, V2] });
    console.log(reportLine(outcome));
    expect(outcome.violations.filter((violation) => violation.includes('pod_lost'))).not.toEqual([]);
  });

  test('what clients lose that do not resume', async () => {
    const cuts: Scenario = { ...scenario('TCP cuts'), name: 'naive: no resume' };
    const outcome = await runScenario(stage, cuts, { clients: [WIRE_WITHOUT_RESUME, WIRE_WITHOUT_RESUME] });
    console.log(reportLine(outcome));
    expect(outcome.tally.lost).toBeGreaterThan(0);
    expect(outcome.violations.filter((violation) => violation.includes('does not resume'))).not.toEqual([]);
  });
});
