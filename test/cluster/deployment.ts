import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { Balancer } from '../lib/balancer-process.ts';
import type { Child } from '../lib/child.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type PodOptions, type Pods, startPods } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { JOURNAL_VARIABLE, type JournalEntry, readJournal } from './journal.ts';

export const FIXTURE = fileURLToPath(new URL('fixture.ts', import.meta.url));
export const FIXTURE_V1 = fileURLToPath(new URL('fixture-v1.ts', import.meta.url));

/** Three pods, their Redis and a balancer without affinity, started once per test file. */
export interface Deployment {
  /** The endpoints of the three pods. */
  readonly pods: readonly [URL, URL, URL];
  readonly balancer: URL;
  /** The processes of the pods, for tests that stop one. */
  readonly processes: readonly Child[];
  readonly redisUrl: string;
  /** What the fixture's handlers noted about `key`. */
  journal(key: string, event?: string): readonly JournalEntry[];
  /** Everything that the pods printed. */
  logs(): string;
}

interface Parts {
  readonly pods: Pods;
  readonly redis: RedisServer;
  readonly haproxy: Balancer;
  readonly directory: string;
}

/** Starts a deployment before the tests of the file and stops it after them; read its members inside the tests. */
export function useDeployment(options: Partial<PodOptions> = {}): Deployment {
  let parts: Parts | undefined;
  const started = (): Parts => {
    if (parts === undefined) throw new Error('the deployment exists only between beforeAll and afterAll');
    return parts;
  };
  const journalFile = () => join(started().directory, 'journal.jsonl');

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anypod-cluster-'));
    const journal = join(directory, 'journal.jsonl');
    await writeFile(journal, '');
    const redis = await startRedis();
    const env = { ...options.env, [JOURNAL_VARIABLE]: journal };
    const pods = await startPods({ module: FIXTURE, count: 3, redisUrl: redis.url, ...options, env });
    const haproxy = await startHaproxy({ pods: pods.pods, balance: 'roundrobin' });
    parts = { pods, redis, haproxy, directory };
  });

  afterAll(async () => {
    if (parts === undefined) return;
    await Promise.all([parts.haproxy.stop(), parts.pods.stop()]);
    await parts.redis.stop();
    await rm(parts.directory, { recursive: true, force: true });
  });

  return {
    get pods() {
      const [a, b, c] = started().pods.pods.map((pod) => new URL(pod.url));
      return [a, b, c] as [URL, URL, URL];
    },
    get balancer() {
      return new URL(started().haproxy.url);
    },
    get processes() {
      return started().pods.pods.map((pod) => pod.process);
    },
    get redisUrl() {
      return started().redis.url;
    },
    journal: (key, event) => readJournal(journalFile(), key, event),
    logs: () => started().pods.logs(),
  };
}
