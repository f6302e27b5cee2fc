import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Balancer } from '../../lib/balancer-process.ts';
import { startHaproxy } from '../../lib/haproxy.ts';
import { startNginx } from '../../lib/nginx.ts';
import { type Pod, startPod, startPods } from '../../lib/pods.ts';
import { startRedis } from '../../lib/redis-server.ts';
import { JOURNAL_VARIABLE, type JournalEntry, readJournal } from '../journal.ts';

const FIXTURE = fileURLToPath(new URL('../fixture.ts', import.meta.url));

interface Options {
  readonly pods: readonly { readonly port: number }[];
  readonly idleMs?: number;
}

interface DocumentedBalancer {
  readonly label: string;
  readonly start: (options: Options) => Promise<Balancer>;
  /** Whether it asks pods if they are ready; else it learns that one is gone from a refused connection. */
  readonly asksPods: boolean;
  /** How many idle connections it may keep to a pod, because it expects to need them again. */
  readonly keepsPerPod: number;
}

/** The balancers whose configuration is documented. */
export const BALANCERS: readonly DocumentedBalancer[] = [
  { label: 'haproxy', start: startHaproxy, asksPods: true, keepsPerPod: 1 },
  { label: 'nginx', start: startNginx, asksPods: false, keepsPerPod: 0 },
];

/** Three pods and their Redis. */
export interface Stage {
  readonly pods: readonly Pod[];
  /** Starts a pod where one has ended, at the same address. */
  replace(index: number): Promise<void>;
  /** What the fixture's handlers noted about `key`. */
  journal(key: string, event?: string): readonly JournalEntry[];
}

type Step = () => Promise<unknown>;

const cleanUp: Step[] = [];

/** Runs after the test, the last one first. */
export function later(step: Step): void {
  cleanUp.push(step);
}

/** Ends everything that a test of this file has started. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });
}

/** One stage for all tests of a file, which leave it whole. */
export function useStage(env: Readonly<Record<string, string>> = {}): () => Stage {
  const steps: Step[] = [];
  let stage: Stage | undefined;
  beforeAll(async () => {
    stage = await startStage(env, (step) => void steps.push(step));
  });
  afterAll(async () => {
    for (const step of steps.reverse()) await step();
  });
  return () => stage as Stage;
}

/** `whenDone` takes what ends a part of it; default: after the test. */
export async function startStage(
  env: Readonly<Record<string, string>> = {},
  whenDone: (step: Step) => void = later,
): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-balancers-'));
  whenDone(() => rm(directory, { recursive: true, force: true }));
  const journal = join(directory, 'journal.jsonl');
  await writeFile(journal, '');
  const redis = await startRedis();
  whenDone(() => redis.stop());
  const options = { module: FIXTURE, redisUrl: redis.url, env: { ...env, [JOURNAL_VARIABLE]: journal } };
  const pods = [...(await startPods({ ...options, count: 3 })).pods];
  whenDone(() => Promise.all(pods.map((pod) => pod.kill9())));
  return {
    pods,
    async replace(index) {
      const { port } = pods[index] as Pod;
      pods[index] = await startPod({ ...options, port });
    },
    journal: (key, event) => readJournal(journal, key, event),
  };
}
