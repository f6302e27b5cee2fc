import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cpuTime } from '../../bench/cpu-time.ts';
import type { RedisServer } from '../../test/lib/redis-server.ts';

/** What some work took of all nodes together. */
export interface RedisUse {
  readonly cpuUs: number;
  readonly commands: number;
  /** Bytes that are kept afterwards. */
  readonly keptBytes: number;
  /** Bytes that came and went. */
  readonly networkBytes: number;
  readonly seconds: number;
}

export interface RedisMeter {
  /** What `work` takes, beyond what the pods take anyway in that time. */
  of(work: () => Promise<unknown>): Promise<RedisUse>;
  /** What the pods take in a second when nothing happens. */
  readonly idle: RedisUse;
  /** Of each node. */
  keys(): Promise<readonly number[]>;
  /** What all nodes have allocated for what they store. */
  usedBytes(): Promise<number>;
  close(): void;
}

/** Pods at rest are watched for two leases, since they do some things once per lease. */
const IDLE_MS = 10_000;
/** What some work leaves to be done is done by then. */
const SETTLE_MS = 500;

/** Reads what Redis itself and the kernel count: nothing on the way of the commands is changed. */
export async function meterRedis(nodes: readonly RedisServer[]): Promise<RedisMeter> {
  const clients = nodes.map(({ port }) => new Redis(port, '127.0.0.1'));
  const close = () => {
    for (const client of clients) client.disconnect();
  };
  const read = () => readAll(nodes, clients);
  const watchIdle = async () => {
    const first = await read();
    await delay(IDLE_MS);
    return perSecond(difference(first, await read()));
  };
  try {
    return { ...createMeter(clients, read, await watchIdle()), close };
  } catch (error) {
    close();
    throw error;
  }
}

function createMeter(
  clients: readonly Redis[],
  read: () => Promise<RedisUse>,
  idle: RedisUse,
): Omit<RedisMeter, 'close'> {
  return {
    idle,
    async of(work) {
      const before = await read();
      await work();
      await delay(SETTLE_MS);
      return without(difference(before, await read()), idle);
    },
    keys: () => Promise.all(clients.map((client) => client.dbsize())),
    usedBytes: async () => (await Promise.all(clients.map(usedMemory))).reduce((sum, bytes) => sum + bytes, 0),
  };
}

async function readAll(nodes: readonly RedisServer[], clients: readonly Redis[]): Promise<RedisUse> {
  const infos = await Promise.all(clients.map((client) => client.info()));
  const sum = (name: string) => infos.reduce((total, info) => total + fieldOf(info, name), 0);
  return {
    cpuUs: nodes.reduce((total, { process }) => total + cpuTime(process.pid), 0),
    commands: sum('total_commands_processed'),
    keptBytes: infos.reduce((total, info) => total + storedBytes(info), 0),
    networkBytes: sum('total_net_input_bytes') + sum('total_net_output_bytes'),
    seconds: performance.now() / 1000,
  };
}

function combine(one: RedisUse, other: RedisUse, how: (a: number, b: number) => number): RedisUse {
  return {
    cpuUs: how(one.cpuUs, other.cpuUs),
    commands: how(one.commands, other.commands),
    keptBytes: how(one.keptBytes, other.keptBytes),
    networkBytes: how(one.networkBytes, other.networkBytes),
    seconds: how(one.seconds, other.seconds),
  };
}

const difference = (before: RedisUse, after: RedisUse) => combine(after, before, (a, b) => a - b);

function perSecond(use: RedisUse): RedisUse {
  return { ...combine(use, use, (each) => each / use.seconds), keptBytes: 0, seconds: 1 };
}

/** The same for each of `count`. */
export function each(use: RedisUse, count: number): RedisUse {
  return combine(use, use, (value) => value / count);
}

/** What one takes more than the other. */
export function beyond(use: RedisUse, other: RedisUse): RedisUse {
  return combine(use, other, (a, b) => a - b);
}

/** What is left of it when what pods at rest take in a second is taken off. */
export function without(use: RedisUse, idle: RedisUse): RedisUse {
  const { seconds } = use;
  return { ...combine(use, idle, (all, rate) => all - rate * seconds), seconds };
}

/** What Redis has allocated for what it stores. Bytes. */
export async function usedMemory(redis: Redis): Promise<number> {
  return storedBytes(await redis.info('memory'));
}

/** Without the buffers of clients and replicas, which come and go. */
function storedBytes(info: string): number {
  const buffers = ['mem_clients_normal', 'mem_total_replication_buffers'].map((name) => fieldOf(info, name) || 0);
  return buffers.reduce((left, bytes) => left - bytes, fieldOf(info, 'used_memory'));
}

/** A number of the answer to INFO. */
function fieldOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
}
