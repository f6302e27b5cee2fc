import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterStage } from './cluster/stage.ts';
import type { Report } from './load/protocol.ts';
import type { Scenario } from './scenario.ts';

/** The chart's lease twice, the two attempts of a client to come back, and what a busy machine needs. */
const HONEST_WITHIN_MS = 2 * 5000 + 2500 + 8000;
/** Load before the fault and after it. */
const CALM_MS = 3000;

export interface Outcome {
  readonly scenario: Scenario;
  readonly report: Report;
  readonly seconds: number;
  /** Empty: what was required came. */
  readonly violations: readonly string[];
}

/** Runs one scenario: load, fault, calm, judgement. */
export async function runScenario(stage: ClusterStage, scenario: Scenario): Promise<Outcome> {
  await scenario.prepare(stage);
  const started = Date.now();
  const load = await stage.startLoad();
  try {
    await delay(CALM_MS);
    await scenario.act(stage, load);
    await delay(CALM_MS);
    const report = await load.stop({ failures: scenario.failures ?? [], honestWithinMs: HONEST_WITHIN_MS });
    const seconds = Math.round((Date.now() - started) / 1000);
    return { scenario, report, seconds, violations: verdict(scenario, report) };
  } finally {
    load.abort();
  }
}

/** What of a scenario's requirements was not met. */
export function verdict({ mustFail, versions = 1 }: Scenario, report: Report): readonly string[] {
  if (mustFail) {
    return failedOf(report) > 0 ? [] : ['nothing failed, though it had to: the harness does not see what breaks'];
  }
  const seen = Object.keys(report.versions);
  if (seen.length === versions) return report.violations;
  return [...report.violations, `${seen.length} versions of the server answered (${seen}) instead of ${versions}`];
}

/** Failed calls and requests. */
export function failedOf({ tally, workers }: Report): number {
  return Object.values(tally.failed).reduce((sum, count) => sum + count, workers.failed);
}
