/** A pod on whatever runtime this is, behind `node:http`, or with FRONT=fetch behind that runtime's own HTTP server. It prints its port, and leaves on SIGTERM. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAnypod } from 'anypod';
import { createRedisStore } from 'anypod/redis';
import { Redis } from 'ioredis';
import { createFixture } from '../library/functions.ts';

type Fetch = (request: Request) => Promise<Response>;

declare const Bun: { serve(options: object): { readonly port: number; stop(): void } } | undefined;
declare const Deno: { serve(options: object, fetch: Fetch): { readonly addr: { readonly port: number } } } | undefined;

const redis = new Redis(process.env['REDIS_URL'] ?? '');
const store = createRedisStore(redis);
const ran = { push: (what: string) => console.log(`ran ${what}`) };
const secrets = ['a secret of at least thirty-two bytes'];
const anypod = await createAnypod({ createServer: () => createFixture(ran), store, secrets, leaseMs: 1000 });
const address = { port: 0, hostname: '127.0.0.1' };

async function listen(): Promise<number> {
  const fetches = process.env['FRONT'] === 'fetch';
  if (fetches && typeof Bun !== 'undefined')
    return Bun.serve({ ...address, idleTimeout: 0, fetch: (request: Request) => anypod.fetch(request) }).port;
  if (fetches && typeof Deno !== 'undefined')
    return Deno.serve({ ...address, onListen: () => {} }, (request) => anypod.fetch(request)).addr.port;
  const server = createServer(anypod.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function leave(): Promise<void> {
  await anypod.drain();
  while (anypod.busy > 0) await sleep(20);
  await anypod.close();
  await store.close();
  redis.disconnect();
  process.exit(0);
}

process.once('SIGTERM', () => void leave());
console.log(`port ${await listen()}`);
