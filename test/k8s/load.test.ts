import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kill, terminate } from '../chaos/faults.ts';
import { runName } from '../chaos/run-name.ts';
import { HONEST_WITHIN_MS } from '../chaos/run-scenario.ts';
import { type Stage, startStage } from '../chaos/stage.ts';
import { type CommandedLoad, commandLoad } from './commanded-load.ts';

const MAIN = fileURLToPath(new URL('load/main.ts', import.meta.url));
const NOTHING = { failures: [], honestWithinMs: 0 };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.stop());

const start = (): Promise<CommandedLoad> => commandLoad(process.execPath, [MAIN, stage.balancer.url, stage.effectsUrl]);

test('the load of the cluster tests notices nothing of pods that end well, and keeps its sessions over a pause [pod.drain.nothing-fails]', async () => {
  const load = await start();
  await terminate(stage, 0);
  await stage.replace(0);
  await load.pause();
  await terminate(stage, 1);
  await load.resume();
  await stage.replace(1);
  const report = await load.stop(NOTHING);
  expect(report.violations).toEqual([]);
  expect(report.sessions).toEqual({ kept: 25, of: 25 });
  expect(report.workers.requests).toBeGreaterThan(100);
  expect(report.tally).toMatchObject({ lost: 0, doubled: 0 });
});

test('and a kill as what it costs: calls of that pod, and nothing else', async () => {
  const pid = stage.pods[2]?.process.pid;
  const load = await start();
  await load.lose(async () => {
    await kill(stage, 2);
    return runName(pid);
  });
  await stage.replace(2);
  const report = await load.stop({ failures: ['pod_lost', 'cut'], honestWithinMs: HONEST_WITHIN_MS });
  expect(report.violations).toEqual([]);
  expect(report.tally.failed.pod_lost + report.tally.failed.cut + report.workers.failed).toBeGreaterThan(0);
});

test('what is not allowed is a broken promise', async () => {
  const load = await start();
  await kill(stage, 0);
  await stage.replace(0);
  const report = await load.stop(NOTHING);
  expect(report.violations.filter((violation) => /pod_lost|cut/.test(violation))).not.toEqual([]);
});
