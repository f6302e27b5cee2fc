import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { scrape, sumOf } from '../lib/scrape.ts';
import { type ServicePod, startServicePod } from './service-pods.ts';
import { settled } from './settle.ts';
import { readStream, type StreamReader } from './stream-reader.ts';
import { messagesOf, openSession, textOf, type WireSession } from './wire.ts';

/** A session beside those in which something goes wrong. It has a running call, an open standing stream and a steady load of short calls. */
export interface Neighbour {
  /** Makes both send something, and waits until the client has it. */
  tick(): Promise<void>;
  /** Lets the call end, and returns its result. Rejects if a short call got no answer, or a wrong one. */
  end(): Promise<string>;
}

export async function startNeighbour(pod: URL, key: string): Promise<Neighbour> {
  const session = await openSession(pod);
  const standing = readStream(await session.listen(pod));
  const held = readStream(await session.call(pod, 'held', 'hold', { key }));
  const heard = async () => {
    await held.until(({ method }) => method === 'notifications/message');
    await standing.until(({ method }) => method === 'notifications/tools/list_changed');
  };
  await heard();
  const load = startLoad(session, pod);
  let calls = 0;
  const call = async (name: string) => {
    calls += 1;
    const [answer] = await messagesOf(await session.call(pod, calls, name, { key }));
    return textOf(answer);
  };
  return {
    async tick() {
      const [said] = await Promise.all([call('tick'), heard()]);
      if (said !== 'ticked') throw new Error(said);
    },
    async end() {
      await load.stop();
      await call('release');
      const result = textOf((await held.rest()).at(-1));
      await standing.cut();
      return result;
    },
  };
}

const PAUSE_MS = 50;

/** Calls a tool of the session again and again. `stop` rejects if an answer was wrong. */
function startLoad(session: WireSession, pod: URL): { stop(): Promise<void> } {
  const stopped = new AbortController();
  async function run(): Promise<void> {
    for (let call = 1; !stopped.signal.aborted; call += 1) {
      const text = `echo ${call}`;
      const answers = await settled(session.call(pod, text, 'echo', { text }).then(messagesOf), `${text} of the load`);
      if (answers.length !== 1 || textOf(answers[0]) !== text)
        throw new Error(`${text} got ${JSON.stringify(answers)}`);
      await delay(PAUSE_MS);
    }
  }
  const running = run();
  // `stop` tells the failure.
  running.catch(() => undefined);
  return {
    stop() {
      stopped.abort();
      return running;
    },
  };
}

/** Pods of the hostile module. */
export interface HostilePods {
  /** The pod on which things go wrong. */
  readonly here: URL;
  /** The other pod; the same one if there is no Redis. */
  readonly there: URL;
  /** Starts one more pod of the same deployment, with `more` settings; with the embedded store, a pod on its own. It is stopped after the tests. */
  startAnother(more?: Readonly<Record<string, string>>): Promise<ServicePod>;
  logs(): string;
  /** The pods' counts of one metric, by labels. */
  counted(name: string): Promise<Record<string, number>>;
}

export interface HostileOptions {
  /** `v1`, `v2` or `v2-reused`. */
  readonly module: string;
  /** One pod with the embedded store, or two pods with Redis. */
  readonly store: 'memory' | 'redis';
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the pods before the tests of the block and stops them after. */
export function useHostilePods({ module, store, env = {} }: HostileOptions): HostilePods {
  const path = fileURLToPath(new URL(`../lib/hostile-module/${module}.ts`, import.meta.url));
  let redis: RedisServer | undefined;
  let pods: readonly ServicePod[] = [];
  const others: ServicePod[] = [];
  const start = (more: Readonly<Record<string, string>> = {}) =>
    startServicePod({
      module: path,
      env: { ...env, ...more },
      ...(redis === undefined ? {} : { redisUrl: redis.url }),
    });

  beforeAll(async () => {
    redis = store === 'redis' ? await startRedis() : undefined;
    const count = redis === undefined ? 1 : 2;
    pods = await Promise.all(Array.from({ length: count }, () => start()));
  });

  afterAll(async () => {
    await Promise.all([...pods, ...others].map((pod) => pod.kill9()));
    await redis?.stop();
  });

  return {
    get here() {
      return new URL(pods[0]?.url ?? '');
    },
    get there() {
      return new URL(pods.at(-1)?.url ?? '');
    },
    async startAnother(more) {
      const pod = await start(more);
      others.push(pod);
      return pod;
    },
    logs: () => pods.map((pod) => pod.logs()).join('\n'),
    counted: async (name) => sumOf(await Promise.all(pods.map(({ metrics }) => scrape(metrics))), name),
  };
}

/** Starts a call in this session that runs on a pod until it is released or the file `path` exists. Returns its stream. */
export async function holdCall(session: WireSession, pod: URL, key: string, path?: string): Promise<StreamReader> {
  const stream = readStream(await session.call(pod, `held-${key}`, 'hold', { key, path }));
  await stream.until(({ method }) => method === 'notifications/message');
  return stream;
}
