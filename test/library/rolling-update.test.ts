import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { eventually } from 'anypod/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { V1, V2, WIRE } from '../chaos/clients.ts';
import { connectEffects, EFFECTS_VARIABLE, type Effects } from '../chaos/effects.ts';
import { effectViolations, violations } from '../chaos/judge.ts';
import { type Load, startLoad } from '../chaos/load.ts';
import { type CuttingProxy, startCuttingProxy } from '../lib/cutting-proxy.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type Build, type Fleet, startFleet } from './builds.ts';

const LEASE_MS = 3000;
const OLD: Build = { versions: ['v1'] };
const NEW: Build = { versions: ['v2', 'v1'], settleMs: 600_000 };
const NEW_AT_ONCE: Build = { versions: ['v2', 'v1'], settleMs: 0 };

let redis: RedisServer;
let effectsRedis: RedisServer;
let admin: Redis;
let effects: Effects;
let createServer: () => McpServer;
let fleet: Fleet;
let proxy: CuttingProxy;
let loads: Load[];

beforeAll(async () => {
  redis = await startRedis();
  effectsRedis = await startRedis();
  admin = new Redis(redis.url);
  effects = connectEffects(effectsRedis.url);
  process.env[EFFECTS_VARIABLE] = effectsRedis.url;
  ({ default: createServer } = await import('../chaos/fixture.ts'));
});

afterAll(async () => {
  effects.close();
  admin.disconnect();
  await Promise.all([redis.stop(), effectsRedis.stop()]);
});

beforeEach(async () => {
  await admin.flushall();
  fleet = await startFleet({ redisUrl: redis.url, leaseMs: LEASE_MS, createServer }, OLD, 3);
  proxy = await startCuttingProxy(fleet.port);
  loads = [];
});

afterEach(async () => {
  await proxy.stop();
  await fleet.stop();
});

/** More clients; whoever came before goes on. */
async function addLoad(clients = [WIRE]): Promise<void> {
  loads.push(await startLoad({ url: new URL(proxy.url), balancer: { port: fleet.port }, clients }));
}

/** Replaces all pods by those of `build` while streams are cut. */
async function roll(build: Build): Promise<void> {
  const rolling = fleet.roll(build);
  await delay(500);
  await proxy.cut('resumable');
  await rolling;
}

async function broken(): Promise<readonly string[]> {
  const records = await Promise.all(loads.map((load) => load.stop()));
  const counts = await effects.all();
  return records.flatMap((one) => [...violations(one, [], { honestWithinMs: 0 }), ...effectViolations(one, counts)]);
}

const sessionsIn = async (version: string) => (await admin.keys(`anypod:${version}:session:{*}`)).length;

it('every session survives an update and the way back, as long as the new build has not settled', async () => {
  await addLoad([WIRE, V1, V2]);
  await roll(NEW);
  // By then every pod has looked, and has not changed its mind.
  await delay(LEASE_MS);
  await addLoad();
  await proxy.cut('resumable');
  await roll(OLD);
  await addLoad();
  await delay(500);
  expect(await broken()).toEqual([]);
  expect(await sessionsIn('v1')).toBeGreaterThan(0);
  expect(await sessionsIn('v2')).toBe(0);
});

it('sessions of both key versions are served once the new build has settled', async () => {
  await addLoad([WIRE, V1, V2]);
  await roll(NEW_AT_ONCE);
  await eventually('sessions begin in the new version', async () => (await sessionsIn('v2')) > 0);
  // By then every pod has looked.
  await delay(LEASE_MS);
  await addLoad([WIRE, V2]);
  await proxy.cut('resumable');
  await roll(NEW_AT_ONCE);
  expect(await broken()).toEqual([]);
  expect(await sessionsIn('v1')).toBeGreaterThan(0);
});
