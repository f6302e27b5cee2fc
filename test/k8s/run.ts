/**
 * The proof on a real cluster: installs the chart into a namespace of its own in whatever `KUBECONFIG` names, runs every scenario under constant
 * load, prints a table and removes what it made. `SCENARIO=restart,kill` picks scenarios. Exits with 1 where something required did not come.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeCluster, refuseWithoutCluster } from './cluster/preflight.ts';
import { createStage } from './cluster/stage.ts';
import { reportHead, reportLine } from './report.ts';
import { runScenario } from './run-scenario.ts';
import { chosenScenarios } from './scenarios.ts';

const RESULTS = fileURLToPath(new URL('../../test-results/', import.meta.url));
const LONGEST_MS = 25 * 60_000;

const images = {
  repository: process.env['E2E_IMAGE'] ?? 'anypod-e2e',
  older: process.env['E2E_TAG'] ?? 'dev',
  newer: process.env['E2E_NEXT_TAG'] ?? 'next',
};

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort(new Error(signal)));
setTimeout(() => ending.abort(new Error(`not done after ${LONGEST_MS / 60_000} minutes`)), LONGEST_MS).unref();

async function main(): Promise<number> {
  const scenarios = chosenScenarios(process.env['SCENARIO']);
  await refuseWithoutCluster(ending.signal);
  console.log(await describeCluster(ending.signal));
  const namespace = `anypod-e2e-${process.pid}`;
  const stage = createStage({ namespace, images, signal: ending.signal });
  const started = Date.now();
  let broken = 0;
  try {
    await stage.install();
    console.log(`installed after ${Math.round((Date.now() - started) / 1000)} s; helm test:\n${await stage.check()}`);
    console.log(reportHead());
    for (const scenario of scenarios) {
      const outcome = await runScenario(stage, scenario);
      console.log(reportLine(outcome));
      for (const wait of outcome.report.longWaits) console.log(`  long wait: ${wait}`);
      for (const violation of outcome.violations) console.log(`  BROKEN ${violation}`);
      broken += outcome.violations.length;
      if (outcome.violations.length > 0) await keepLogs(await stage.logs(), scenario.id);
    }
  } catch (error) {
    if (!ending.signal.aborted) console.error(await stage.describe());
    throw error;
  } finally {
    await stage.remove();
  }
  console.log(`${Math.round((Date.now() - started) / 1000)} s: ${broken} promises broken`);
  return broken;
}

async function keepLogs(logs: string, id: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(`${RESULTS}k8s ${id}.log`, logs);
}

try {
  process.exitCode = (await main()) === 0 ? 0 : 1;
} catch (error) {
  console.error(
    ending.signal.aborted ? `e2e-k8s: ended: ${ending.signal.reason}` : `e2e-k8s: ${(error as Error).message}`,
  );
  process.exitCode = 1;
}
