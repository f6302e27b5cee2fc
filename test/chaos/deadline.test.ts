import { afterAll, beforeAll, expect, test } from 'vitest';
import { terminate } from './faults.ts';
import { reportHead, reportLine } from './report.ts';
import { runName } from './run-name.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenarios.ts';
import { type Stage, startStage } from './stage.ts';

/** 8 s: longer than a pod may take to end, so some are handed over. */
const LONG = { steps: 80, ms: 100 };

const scenario: Scenario = {
  name: 'SIGTERM while calls run past the deadline',
  proves: '',
  // A modern call has no other way than to be told.
  failures: ['draining'],
  async fault(stage) {
    const run = runName(stage.pods[0]?.process.pid);
    const from = performance.now();
    await terminate(stage, 0);
    const to = performance.now();
    await stage.replace(0);
    return [{ run, from, to }];
  },
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { ANYPOD_DRAIN_TIMEOUT: '4000' } });
});
afterAll(() => stage?.stop());

test('calls that run past the drain deadline go on on another pod, under load [pod.drain.hands-over]', async () => {
  const outcome = await runScenario(stage, scenario, { count: LONG });
  console.log(`${reportHead()}\n${reportLine(outcome)}`);
  expect(outcome.violations).toEqual([]);
});
