import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, deployments, SERVERS } from './deployments.ts';
import { runSuite } from './run-suite.ts';
import { suites } from './suites.ts';

describe.each(['v2', 'v1'] as const)('the official suites against two pods in turns with a server of SDK %s', (sdk) => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deployments.two(SERVERS[sdk]);
  });
  afterAll(() => deployment?.stop());

  it.each(suites.filter((suite) => (suite.sdk ?? 'v2') === sdk))('$id', { timeout: 600_000 }, async (suite) => {
    expect((await runSuite(suite, deployment.url)).problems).toEqual([]);
  });
});
