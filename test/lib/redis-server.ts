import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { waitUntilReady } from './wait-until-ready.ts';

const run = promisify(execFile);

export interface RedisOptions {
  /** Default: a free one. Pass one to start a server again on the same port. */
  readonly port?: number;
  /** Default: a temporary one, removed when the server stops. Pass one to start a server again with its data. */
  readonly directory?: string;
  /** More arguments of redis-server. */
  readonly args?: readonly string[];
}

/** A redis-server process with its own directory. It stores nothing on disk unless `args` say so. */
export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly process: Child;
  stop(): Promise<void>;
}

/** Masters that share all slots, and their replicas. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

async function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      // A server that requires a password answers too.
      resolve(/^(\+PONG|-NOAUTH)/.test(data.toString()));
    });
  });
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'anypod-redis-')));
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
  const child = startChild('redis-server', [...settings, ...(options.args ?? [])]);
  const stop = async () => {
    await child.stop(2000);
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child, () => answersPing(port), { name: 'redis-server' });
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { port, url: `redis://127.0.0.1:${port}`, process: child, stop };
}

/** The arguments of a server in Cluster mode. It would choose its second port itself, which may be taken. */
export async function clusterMode(): Promise<string[]> {
  return ['--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`];
}

async function startNode(timeoutMs: number): Promise<RedisServer> {
  return startRedis({ args: [...(await clusterMode()), '--cluster-node-timeout', `${timeoutMs}`] });
}

/** Three masters, the first of `nodes`, each with `replicas` replicas (default none). A node that is silent for `timeoutMs` counts as lost. */
export async function startRedisCluster(replicas = 0, timeoutMs = 2000): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  while (nodes.length < 3 * (1 + replicas)) nodes.push(await startNode(timeoutMs));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  const first = nodes[0] as RedisServer;
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', `${replicas}`, '--cluster-yes']);
    for (const node of nodes) await untilWhole(first, node);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

async function untilWhole({ process }: RedisServer, { port }: RedisServer): Promise<void> {
  const isWhole = async () =>
    (await run('redis-cli', ['-p', `${port}`, 'cluster', 'info'])).stdout.includes('cluster_state:ok');
  await waitUntilReady(process, isWhole, { name: 'the Redis Cluster' });
}

/** A Cluster of one node, which keeps slots apart and serves clients that know no Cluster: as a proxy does that hides a Cluster behind one address. */
export async function startHiddenCluster(): Promise<RedisServer> {
  const node = await startNode(2000);
  try {
    await run('redis-cli', ['-p', `${node.port}`, 'cluster', 'addslotsrange', '0', '16383']);
    await untilWhole(node, node);
  } catch (error) {
    await node.stop();
    throw error;
  }
  return node;
}
