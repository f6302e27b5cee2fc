import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Child, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { waitUntilReady } from './wait-until-ready.ts';

/** A master and a replica that one Sentinel watches. All of them require `password`. */
export interface RedisSentinel {
  /** `redis+sentinel://…/main` */
  readonly url: string;
  readonly password: string;
  readonly servers: readonly [RedisServer, RedisServer];
  /** The server that the Sentinel calls the master. */
  master(): Promise<RedisServer>;
  /** Resolves when the replica has all data. */
  inSync(): Promise<void>;
  /** Makes the other server the master, as an operator would. */
  failover(): Promise<void>;
  stop(): Promise<void>;
}

const password = 'p@ss/word';

function configuration(port: number, master: RedisServer): string {
  return `
port ${port}
bind 127.0.0.1
requirepass ${password}
sentinel monitor main 127.0.0.1 ${master.port} 1
sentinel auth-pass main ${password}
sentinel down-after-milliseconds main 1000
sentinel failover-timeout main 6000
`;
}

async function startSentinel(directory: string, port: number, master: RedisServer): Promise<Child> {
  const file = join(directory, 'sentinel.conf');
  await writeFile(file, configuration(port, master));
  return startChild('redis-server', [file, '--sentinel', '--dir', directory]);
}

export async function startRedisSentinel(): Promise<RedisSentinel> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-sentinel-'));
  const auth = ['--requirepass', password, '--masterauth', password, '--repl-diskless-sync-delay', '0'];
  const first = await startRedis({ args: auth });
  const second = await startRedis({ args: [...auth, '--replicaof', '127.0.0.1', `${first.port}`] });
  const port = await freePort();
  const child = await startSentinel(directory, port, first);
  const sentinel = new Redis({ port, password, enableReadyCheck: false, retryStrategy: () => 50 });
  sentinel.on('error', () => {});
  const stop = async () => {
    sentinel.disconnect();
    for (const server of [first, second]) server.process.signal('SIGCONT');
    await Promise.all([child.stop(2000), first.stop(), second.stop()]);
    await rm(directory, { recursive: true, force: true });
  };
  const knowsReplica = async () => ((await sentinel.call('sentinel', 'replicas', 'main')) as unknown[]).length > 0;
  await waitUntilReady(child, knowsReplica, { name: 'the Sentinel' });

  const master = async () => {
    const [, at] = (await sentinel.call('sentinel', 'get-master-addr-by-name', 'main')) as string[];
    return Number(at) === second.port ? second : first;
  };

  return {
    url: `redis+sentinel://:${encodeURIComponent(password)}@127.0.0.1:${port}/main?sentinelPassword=${encodeURIComponent(password)}`,
    password,
    servers: [first, second],
    master,
    async inSync() {
      const client = new Redis((await master()).port, { password });
      const isInSync = async () => {
        await client.set('in-sync', '1');
        return (await client.wait(1, 1000)) === 1;
      };
      await waitUntilReady(child, isInSync, { name: 'the replica' }).finally(() => client.disconnect());
    },
    async failover() {
      // The Sentinel refuses while it has not yet seen the replica in sync.
      const accepted = () => sentinel.call('sentinel', 'failover', 'main').then(() => true);
      await waitUntilReady(child, accepted, { name: 'the failover' });
    },
    stop,
  };
}
