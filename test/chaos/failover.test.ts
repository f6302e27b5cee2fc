import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisSentinel, startRedisSentinel } from '../lib/redis-sentinel.ts';
import { keepLogs, reportHead, reportLine } from './report.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenarios.ts';
import { type Stage, startStage } from './stage.ts';

let sentinel: RedisSentinel;
let stage: Stage;
beforeAll(async () => {
  sentinel = await startRedisSentinel();
  await sentinel.inSync();
  stage = await startStage({ redisUrl: sentinel.url, env: { ANYPOD_REDIS_REPLICAS: '1' } });
});
afterAll(async () => {
  await stage?.stop();
  await sentinel?.stop();
});

const scenario: Scenario = {
  name: 'failover to a Redis replica',
  proves: '',
  failures: ['refused'],
  async fault() {
    const old = await sentinel.master();
    old.process.signal('SIGKILL');
    await expect.poll(() => sentinel.master(), { timeout: 120_000 }).not.toBe(old);
    return [];
  },
};

test('a failover of Redis loses and doubles nothing where replicas are waited for [store.failover]', async () => {
  const outcome = await runScenario(stage, scenario);
  console.log(`${reportHead()}\n${reportLine(outcome)}`);
  if (outcome.violations.length > 0) await keepLogs(stage, outcome.name);
  expect(outcome.violations).toEqual([]);
});
