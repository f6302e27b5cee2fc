import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepLogs, reportHead, reportLine } from './report.ts';
import { runScenario } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { type Stage, startStage } from './stage.ts';

describe('under a constant load', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
    console.log(reportHead());
  });
  afterAll(() => stage?.stop());

  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario.proves, scenario] as const))(
    '%s breaks no promise %s',
    async (_name, _proves, scenario) => {
      const outcome = await runScenario(stage, scenario);
      console.log(reportLine(outcome));
      if (outcome.violations.length > 0) await keepLogs(stage, outcome.name);
      expect(outcome.violations).toEqual([]);
    },
  );
});
