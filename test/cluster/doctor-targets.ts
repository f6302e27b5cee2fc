import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { type Pods, startPods } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { FIXTURE_V1 } from './deployment.ts';
import { type SpoilingNginx, startSpoilingNginx } from './spoiling-nginx.ts';

const SDK_SERVERS = fileURLToPath(new URL('doctor-sdk-servers.ts', import.meta.url));

/** Soon enough for a stream that is watched for a few seconds. */
const HEARTBEAT_MS = 500;

/** What the doctor is pointed at: one server in three ways, each behind an nginx that passes events on, and behind one that holds them back or compresses them. */
export interface Targets {
  /** The endpoint of a target, such as `anypod` or `sdk-sessions, buffered`, on a way of `startSpoilingNginx`. */
  urlOf(name: string): URL;
  stop(): Promise<void>;
}

const SERVERS = ['anypod', 'sdk-sessions', 'sdk-stateless'] as const;
export type TargetName = `${(typeof SERVERS)[number]}${'' | ', buffered'}`;
export const TARGETS: readonly TargetName[] = SERVERS.flatMap((name) => [name, `${name}, buffered`] as const);

/** Starts two pods of anypod, two processes of the SDK's servers, a Redis and one nginx in front of all. */
export async function startTargets(): Promise<Targets> {
  const running: (RedisServer | Pods | SpoilingNginx | Sdk)[] = [];
  const stop = async () => {
    for (const part of running.splice(0).reverse()) await part.stop();
  };
  try {
    const redis = await startRedis();
    running.push(redis);
    const env = { ANYPOD_HEARTBEAT: `${HEARTBEAT_MS}` };
    const [pods, ...sdks] = await Promise.all([
      startPods({ module: FIXTURE_V1, count: 2, redisUrl: redis.url, env }),
      startSdk(),
      startSdk(),
    ]);
    running.push(pods, ...sdks);
    const nginx = await startSpoilingNginx({
      anypod: pods.pods.map(({ port }) => port),
      'sdk-sessions': sdks.map(({ sessions }) => sessions),
      'sdk-stateless': sdks.map(({ stateless }) => stateless),
    });
    running.push(nginx);
    return { urlOf: (name) => nginx.urlOf(name), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Sdk {
  readonly sessions: number;
  readonly stateless: number;
  stop(): Promise<unknown>;
}

async function startSdk(): Promise<Sdk> {
  const [sessions, stateless] = [await freePort(), await freePort()];
  const child: Child = startChild(process.execPath, [SDK_SERVERS, `${sessions}`, `${stateless}`]);
  const ready = async () => (await fetch(`http://127.0.0.1:${stateless}/readyz`)).ok;
  await waitUntilReady(child, ready, { name: 'the SDK’s servers' });
  return { sessions, stateless, stop: () => child.stop() };
}
