/**
 * Official clients, the oldest that matter and the newest, through a balancer without affinity over three pods. Prints a table; exits with 1
 * where a client fails at anything that it can do.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startHaproxy } from '../lib/haproxy.ts';
import { startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { connectV1 } from './drive-v1.ts';
import { connectV2 } from './drive-v2.ts';
import { type Client, type Outcome, runFlow } from './flow.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const FIXTURE = fileURLToPath(new URL('../cluster/fixture.ts', import.meta.url));
const LIMIT_MS = 60_000;

const CLIENTS: Readonly<Record<string, (url: URL) => Promise<Client>>> = {
  'sdk 1.12.3': (url) => connectV1('sdk-1.12.3', url),
  'sdk 1.13.3': (url) => connectV1('sdk-1.13.3', url),
  'sdk 1.23.1': (url) => connectV1('sdk-1.23.1', url),
  'sdk 1.32.2': (url) => connectV1('sdk-1.32.2', url),
  'client 2.4.0': (url) => connectV2('client-2.4.0', 'legacy', url),
  'client 2.4.0 auto': (url) => connectV2('client-2.4.0', 'auto', url),
  'client 2.4.0 pinned': (url) => connectV2('client-2.4.0', { pin: '2026-07-28' }, url),
};

function install(): void {
  if (existsSync(`${HERE}node_modules/.package-lock.json`)) return;
  execFileSync('npm', ['ci', '--no-fund', '--no-audit'], { cwd: HERE, stdio: 'inherit' });
}

async function withLimit<T>(promise: Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) => {
      limit.addEventListener('abort', () => reject(new Error(`not done after ${LIMIT_MS} ms`)));
    }),
  ]);
}

function cell(value: boolean | string | undefined): string {
  return value === undefined ? '-' : typeof value === 'string' ? value : value ? 'ok' : 'FAILED';
}

function print(label: string, outcome: Outcome | Error): boolean {
  if (outcome instanceof Error) {
    console.log(`${label.padEnd(20)} FAILED: ${outcome.message}`);
    return false;
  }
  const { revision, list, call, progress, elicitation, close } = outcome;
  const cells = [revision, list, call, progress, elicitation, close].map((value) => cell(value).padEnd(11));
  console.log(`${label.padEnd(20)} ${cells.join(' ')}`);
  return [list, call, progress, elicitation ?? true, close].every(Boolean);
}

async function main(): Promise<boolean> {
  install();
  const redis = await startRedis();
  const pods = await startPods({ module: FIXTURE, redisUrl: redis.url, count: 3 });
  const haproxy = await startHaproxy({ pods: pods.pods, balance: 'roundrobin' });
  const heads = ['revision', 'list', 'call', 'progress', 'elicitation', 'close'];
  console.log(`${'client'.padEnd(20)} ${heads.map((head) => head.padEnd(11)).join(' ')}`);
  let good = true;
  try {
    for (const [label, connect] of Object.entries(CLIENTS)) {
      const flow = withLimit(connect(new URL(haproxy.url)).then(runFlow));
      const outcome = await flow.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
      good = print(label, outcome) && good;
    }
  } finally {
    await Promise.all([haproxy.stop(), pods.stop()]);
    await redis.stop();
  }
  return good;
}

process.exit((await main()) ? 0 : 1);
