import { setTimeout as delay } from 'node:timers/promises';
import type { ClientKind } from './clients.ts';
import { effectViolations, type Tally, tally, violations } from './judge.ts';
import { startLoad } from './load.ts';
import type { Scenario } from './scenarios.ts';
import { LEASE_MS, type Stage } from './stage.ts';

/** Two leases, the two attempts of a client to come back, and what a busy machine needs. */
export const HONEST_WITHIN_MS = 2 * LEASE_MS + 2500 + 8000;

export interface Outcome {
  readonly name: string;
  readonly tally: Tally;
  /** Empty: every promise was kept. */
  readonly violations: readonly string[];
}

export interface RunOptions {
  /** How often the fault happens in one run of the load. Default 1. */
  readonly repeat?: number;
  readonly clients?: readonly ClientKind[];
  /** The counting calls; see `LoadOptions`. */
  readonly count?: { readonly steps: number; readonly ms: number };
}

/** Runs one scenario: load, fault, calm, judgement. */
export async function runScenario(stage: Stage, scenario: Scenario, options: RunOptions = {}): Promise<Outcome> {
  const { repeat = 1, clients, count } = options;
  const load = await startLoad({
    url: stage.url,
    balancer: stage.balancer,
    ...(clients === undefined ? {} : { clients }),
    ...(count === undefined ? {} : { count }),
  });
  const lostPods = [];
  await delay(1000);
  for (let round = 0; round < repeat; round += 1) {
    lostPods.push(...(await scenario.fault(stage)));
    await delay(1500);
  }
  const records = await load.stop();
  const allowance = { failures: scenario.failures ?? [], honestWithinMs: HONEST_WITHIN_MS };
  const found = [
    ...violations(records, lostPods, allowance),
    ...effectViolations(records, await stage.effects.all()),
    ...(await replaceDead(stage)),
  ];
  return { name: scenario.name, tally: tally(records), violations: found };
}

/** No fault may make a pod end by itself. Where it did, another takes its place, so that the next scenario begins whole. */
async function replaceDead(stage: Stage): Promise<string[]> {
  const found: string[] = [];
  for (const [index, { process, logs }] of [...stage.pods].entries()) {
    if (process.running) continue;
    const { code, signal } = await process.exited;
    found.push(`pod ${process.pid} ended by itself with ${code ?? signal}:\n${logs()}`);
    await stage.replace(index);
  }
  return found;
}
