import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { JOURNAL_VARIABLE, type JournalEntry, readJournal } from '../cluster/journal.ts';
import { freePort } from '../lib/free-port.ts';
import { type Pod, type PodOptions, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

const LEASE_MS = 1000;
const LONGEST_HOLD_MS = 30_000;

const FIXTURE = fileURLToPath(new URL('../cluster/fixture-tasks.ts', import.meta.url));

/** Three pods with short leases, and a Redis that keeps its data over a restart. */
export interface TaskStage {
  /** The pods that run now. */
  readonly pods: Pod[];
  urls(): URL[];
  /** Ends a pod and starts another in its place. */
  replace(index: number, end: (pod: Pod) => Promise<unknown>): Promise<void>;
  restartRedis(): Promise<void>;
  /** Makes all writes to Redis wait until the returned function is called. */
  holdWrites(): Promise<() => Promise<void>>;
  journal(key: string, event?: string): readonly JournalEntry[];
  stop(): Promise<void>;
}

/** `redisUrl`: of a Redis that is not the stage's own. */
export async function startTaskStage(
  env: Readonly<Record<string, string>> = {},
  redisUrl?: string,
): Promise<TaskStage> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-tasks-'));
  const journal = join(directory, 'journal.jsonl');
  await writeFile(journal, '');
  const port = await freePort();
  const startStore = () => startRedis({ port, directory, args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  let redis: RedisServer = await startStore();
  const options: PodOptions = {
    module: FIXTURE,
    redisUrl: redisUrl ?? redis.url,
    env: { ANYPOD_LEASE: `${LEASE_MS}`, ANYPOD_DRAIN_TIMEOUT: '500', [JOURNAL_VARIABLE]: journal, ...env },
  };
  const pods = await Promise.all([startPod(options), startPod(options), startPod(options)]);
  return {
    pods,
    urls: () => pods.map(({ url }) => new URL(url)),
    async replace(index, end) {
      await end(pods[index] as Pod);
      pods[index] = await startPod(options);
    },
    async restartRedis() {
      await redis.stop();
      redis = await startStore();
    },
    async holdWrites() {
      const client = new Redis(redis.url);
      await client.call('client', 'pause', LONGEST_HOLD_MS, 'write');
      return async () => {
        await client.call('client', 'unpause');
        client.disconnect();
      };
    },
    journal: (key, event) => readJournal(journal, key, event),
    async stop() {
      await Promise.all(pods.map((pod) => pod.stop()));
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
