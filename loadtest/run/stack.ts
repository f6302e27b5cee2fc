import { join } from 'node:path';
import { type Child, startChild } from '../../test/lib/child.ts';
import { freePort } from '../../test/lib/free-port.ts';
import { startHaproxy } from '../../test/lib/haproxy.ts';
import { type Pod, startPods } from '../../test/lib/pods.ts';
import { type RedisServer, startRedis, startRedisCluster } from '../../test/lib/redis-server.ts';
import { waitUntilReady } from '../../test/lib/wait-until-ready.ts';
import { POD_CORE, pin } from './pin.ts';

const server = (name: string) => join(import.meta.dirname, '../server', `${name}.ts`);
/** What pods of the load tests serve. */
export const MODULE = server('server');
/** The same, with reuse. */
export const REUSING_MODULE = server('reusing-server');

/** Pauses for garbage are as long as what there is to move at once: pods of the load tests have the young generation of the image. */
export const POD_NODE_OPTIONS = '--max-semi-space-size=8';

export interface StackOptions {
  readonly pods: number;
  /** `cluster`: three masters. */
  readonly redis: boolean | 'cluster';
  readonly balancer: boolean;
  /** Default: `MODULE`. */
  readonly module?: string;
  /** Added to the environment of each pod. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the pods share a core of their own. Default true. */
  readonly pinned?: boolean;
}

/** A deployment on this machine. */
export interface Stack {
  /** The endpoint that clients use. */
  readonly url: string;
  readonly pods: readonly Pod[];
  /** `redis://…`; undefined without Redis. */
  readonly redisUrl: string | undefined;
  /** The processes behind it. */
  readonly redisNodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Starts pods of the load test's server; balancer and Redis stay on this process's core. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { pods: count, redis, balancer, module = MODULE, env, pinned = true } = options;
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const store = await startStore(redis);
    stops.push(store.stop);
    const shared = store.url === undefined ? {} : { redisUrl: store.url };
    const common = { ANYPOD_LOG_LEVEL: 'warn', NODE_OPTIONS: POD_NODE_OPTIONS };
    const started = await startPods({
      count,
      module,
      env: { ...common, ...env },
      ...shared,
    });
    stops.push(started.stop);
    if (pinned) for (const pod of started.pods) pin(pod.process.pid, POD_CORE);
    const proxy = balancer ? await startHaproxy({ pods: started.pods, balance: 'roundrobin' }) : undefined;
    if (proxy !== undefined) stops.push(proxy.stop);
    const url = proxy?.url ?? started.pods[0]?.url ?? '';
    return { url, pods: started.pods, redisUrl: store.url, redisNodes: store.nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface StartedStore {
  readonly url: string | undefined;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

async function startStore(redis: StackOptions['redis']): Promise<StartedStore> {
  if (redis === false) return { url: undefined, nodes: [], stop: async () => {} };
  if (redis === true) {
    const node = await startRedis();
    return { url: node.url, nodes: [node], stop: node.stop };
  }
  const { nodes, stop } = await startRedisCluster();
  return { url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes, stop };
}

/** Starts the floor: the same tool behind bare `node:http`. */
export async function startBare(more: Readonly<Record<string, string>> = {}): Promise<{
  readonly url: string;
  readonly process: Child;
  stop(): Promise<unknown>;
}> {
  const port = await freePort();
  const child = startChild(process.execPath, [server('bare')], { env: { ...process.env, ...more, PORT: `${port}` } });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(child, async () => (await fetch(origin)).ok, { name: 'the bare server' });
  pin(child.pid, POD_CORE);
  return { url: `${origin}/mcp`, process: child, stop: () => child.stop() };
}
