import type { Finding, Study } from '../finding.ts';
import { onAllCores } from '../pin.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { failOverMaster } from './failover.ts';
import { startFilling } from './filling.ts';
import { growthFindings, type Measured } from './growth.ts';
import { measurePoint } from './growth-point.ts';
import { createPopulation, type Population } from './population.ts';
import { replaceAllPods } from './replacement.ts';
import { gatherStreams, tellStreams } from './standing-streams.ts';
import { touchSessions } from './touched.ts';

/** The sizes at which it is measured on the way. */
const SESSIONS: Readonly<Record<string, readonly number[]>> = {
  smoke: [5_000, 10_000],
  load: [10_000, 100_000],
};
const MOST_SESSIONS = [10_000, 100_000, 1_000_000];
/** A tenth is touched, and three of a hundred have an open stream. */
const TOUCHED = 0.1;
const STREAMING = 0.03;

const PODS = 4;
/** So that each holds at most 7,500 streams, of two connections each: a process of this machine may have 20,000 files. */
const BALANCERS = 4;
/** Thousands of streams that a pod ends come back over ten seconds. */
const ENV = { ANYPOD_RETRY: '10000' };

/**
 * A Redis Cluster full of sessions, and what a rough day brings: a tenth of them is used on pods that do not know them, streams are open, every pod is
 * replaced, and a master is lost. Pods, Redis, balancers and clients share all cores.
 */
export const scale: Study = ({ profile }) => onAllCores(() => fillAndLive(SESSIONS[profile] ?? MOST_SESSIONS));

async function fillAndLive(sizes: readonly number[]): Promise<Finding[]> {
  const deployment = await startDeployment({ pods: PODS, balancers: BALANCERS, replicas: 1, env: ENV });
  try {
    const population = await createPopulation(deployment);
    try {
      const filled = await fill(deployment, population, sizes);
      return [...filled, ...(await live(deployment, population, sizes.at(-1) ?? 0))];
    } finally {
      await population.close();
    }
  } finally {
    await deployment.stop();
  }
}

async function fill(deployment: Deployment, population: Population, sizes: readonly number[]): Promise<Finding[]> {
  const filling = await startFilling(deployment, population);
  try {
    const measured: Measured[] = [];
    for (const size of sizes) {
      const cost = await filling.growTo(size);
      say(`${population.size} sessions`);
      measured.push({ size, point: { ...cost, ...(await measurePoint(deployment, population)) } });
    }
    const findings = [await filling.finding(), ...growthFindings('sessions', measured)];
    say(JSON.stringify(findings));
    return findings;
  } finally {
    filling.close();
  }
}

/** What comes after another still says what it can if the other fails. */
async function live(deployment: Deployment, population: Population, size: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const phase = async (name: string, work: () => Promise<Finding>) => {
    findings.push(await work().catch((error: unknown) => brokenOff(name, error)));
    say(JSON.stringify(findings.at(-1)));
  };
  const sessions = population.take(size * TOUCHED);
  await phase('touched', () => touchSessions(deployment, sessions));
  const { crowd, finding } = await gatherStreams(deployment, population.take(size * STREAMING));
  findings.push(finding);
  say(JSON.stringify(finding));
  try {
    await phase('pods replaced', () => replaceAllPods(deployment, crowd, sessions));
    await phase('a master lost', () => failOverMaster(deployment, crowd, sessions));
    await phase('changes told', () => tellStreams(deployment, crowd));
    return findings;
  } finally {
    await crowd.close();
  }
}

function brokenOff(name: string, error: unknown): Finding {
  console.error(error);
  return { study: 'scale', subject: name, values: {}, promises: [{ sentence: `It runs: ${error}`, held: false }] };
}

const say = (what: string) => console.log(`  ${new Date().toISOString()} ${what}`);
