import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { type Anypod, createAnypod } from 'anypod';
import { createRedisStore } from 'anypod/redis';
import { Redis } from 'ioredis';

/** What a build knows; `settleMs` only matters to one that knows two versions. */
export interface Build {
  readonly versions: readonly string[];
  readonly settleMs?: number;
}

/** A pod of some build, in this process. */
export interface BuiltPod {
  readonly anypod: Anypod;
  /** Leaves as a served pod does: what waits goes elsewhere, what runs ends. */
  leave(): Promise<void>;
}

interface BuildOptions {
  readonly redisUrl: string;
  readonly leaseMs: number;
  readonly createServer: () => McpServer | Promise<McpServer>;
}

export async function startBuild({ redisUrl, ...options }: BuildOptions, build: Build): Promise<BuiltPod> {
  const client = new Redis(redisUrl);
  const store = createRedisStore(client, build);
  const close = async () => {
    await store.close();
    client.disconnect();
  };
  try {
    const anypod = await createAnypod({ ...options, store, secrets: ['a secret of at least thirty-two bytes'] });
    const leave = async () => {
      await anypod.drain();
      while (anypod.busy > 0) await delay(20);
      await anypod.close();
      await close();
    };
    let left: Promise<void> | undefined;
    return {
      anypod,
      leave() {
        left ??= leave();
        return left;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Pods behind one port, where no two requests in a row reach the same pod. */
export interface Fleet {
  readonly port: number;
  readonly pods: readonly BuiltPod[];
  /** Replaces all pods one by one; each successor serves before its predecessor leaves. */
  roll(build: Build): Promise<void>;
  stop(): Promise<void>;
}

export async function startFleet(options: BuildOptions, build: Build, count: number): Promise<Fleet> {
  const pods: BuiltPod[] = [];
  while (pods.length < count) pods.push(await startBuild(options, build));
  let turn = 0;
  const listener = createServer((request, response) => {
    turn += 1;
    pods[turn % count]?.anypod.handler(request, response);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    port: (listener.address() as AddressInfo).port,
    pods,
    async roll(next) {
      for (const [index, old] of [...pods].entries()) {
        pods[index] = await startBuild(options, next);
        await old.leave();
      }
    },
    async stop() {
      await Promise.all(pods.map((pod) => pod.leave()));
      listener.closeAllConnections();
      listener.close();
    },
  };
}
