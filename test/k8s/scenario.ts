import type { FailureKind } from '../chaos/records.ts';
import type { ClusterStage } from './cluster/stage.ts';
import type { CommandedLoad } from './commanded-load.ts';

/** What happens to the pods while the load runs, and what it may cost the clients. */
export interface Scenario {
  /** Picks it: `SCENARIO=…`. */
  readonly id: string;
  readonly name: string;
  /** Kinds of failure that the fault makes unavoidable. Default none. */
  readonly failures?: readonly FailureKind[];
  /** How many versions of the server must have answered. Default 1. */
  readonly versions?: number;
  /** Before the load: makes the stage what the scenario needs, whatever was before. */
  prepare(stage: ClusterStage): Promise<void>;
  /** Under the load; leaves the stage whole. */
  act(stage: ClusterStage, load: CommandedLoad): Promise<void>;
  /** The scenario must break promises: it shows that the harness sees them broken. */
  readonly mustFail?: boolean;
}

export const DEPLOYMENT = 'deployment/anypod';
/** The chart's default. */
export const REPLICAS = 2;

/** The release as the chart makes it, whatever a scenario before has left. */
export async function deployed(stage: ClusterStage): Promise<void> {
  await stage.deploy();
  await rolloutEnded(stage);
}

/** Resolves when the rollout is complete and the old pods are gone. */
export async function rolloutEnded({ kubectl, servers }: ClusterStage): Promise<void> {
  await kubectl.run(['rollout', 'status', DEPLOYMENT, '--timeout=180s'], { timeoutMs: 190_000 });
  await servers(REPLICAS);
}

export async function scale(stage: ClusterStage, replicas: number): Promise<void> {
  await stage.kubectl.run(['scale', DEPLOYMENT, `--replicas=${replicas}`]);
  await stage.servers(replicas);
}

export async function firstServer(stage: ClusterStage): Promise<string> {
  return (await stage.servers(REPLICAS))[0]?.name ?? '';
}
