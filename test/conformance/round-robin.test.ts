import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, deployments } from './deployments.ts';
import { runSuite } from './run-suite.ts';
import { suites } from './suites.ts';

describe('the official suites against two pods in turns', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deployments.two();
  });
  afterAll(() => deployment?.stop());

  it.each(suites)('$id', { timeout: 600_000 }, async (suite) => {
    expect((await runSuite(suite, deployment.url)).problems).toEqual([]);
  });
});
