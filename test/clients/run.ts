/**
 * Official clients, the oldest that matter and the newest, and those of frameworks, through a balancer without affinity over three pods, with a server of
 * each SDK. Prints a table for each; exits with 1 where a client fails at anything that it can do.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startHaproxy } from '../lib/haproxy.ts';
import { startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { connectAgents, connectAiSdk } from './drive-frameworks.ts';
import { connectV1 } from './drive-v1.ts';
import { connectV2 } from './drive-v2.ts';
import { type Client, type Outcome, runFlow } from './flow.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MODULES = { 'SDK v2': '../cluster/fixture.ts', 'SDK v1': '../cluster/fixture-v1.ts' };
const LIMIT_MS = 60_000;

const CLIENTS: Readonly<Record<string, (url: URL) => Promise<Client>>> = {
  'sdk 1.12.3': (url) => connectV1('sdk-1.12.3', url),
  'sdk 1.13.3': (url) => connectV1('sdk-1.13.3', url),
  'sdk 1.23.1': (url) => connectV1('sdk-1.23.1', url),
  'sdk 1.32.2': (url) => connectV1('sdk-1.32.2', url),
  'client 2.4.0': (url) => connectV2('client-2.4.0', 'legacy', url),
  'client 2.4.0 auto': (url) => connectV2('client-2.4.0', 'auto', url),
  'client 2.4.0 pinned': (url) => connectV2('client-2.4.0', { pin: '2026-07-28' }, url),
  '@ai-sdk/mcp 2.0.99': connectAiSdk,
  '@openai/agents 0.20': connectAgents,
};

/** A server of SDK v1 has nothing for who takes 2026-07-28 only. */
const NOT_OF_V1 = new Set(['client 2.4.0 pinned']);

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
  return [list, call, progress ?? true, elicitation ?? true, close].every(Boolean);
}

/** Whether all clients could do all that they can with a server of `sdk`. */
async function serveClients(sdk: keyof typeof MODULES): Promise<boolean> {
  const redis = await startRedis();
  const module = fileURLToPath(new URL(MODULES[sdk], import.meta.url));
  const pods = await startPods({ module, redisUrl: redis.url, count: 3 });
  const haproxy = await startHaproxy({ pods: pods.pods, balance: 'roundrobin' });
  const heads = ['revision', 'list', 'call', 'progress', 'elicitation', 'close'];
  console.log(`\n${sdk.padEnd(20)} ${heads.map((head) => head.padEnd(11)).join(' ')}`);
  let good = true;
  try {
    for (const [label, connect] of Object.entries(CLIENTS)) {
      if (sdk === 'SDK v1' && NOT_OF_V1.has(label)) continue;
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

async function main(): Promise<boolean> {
  install();
  const withV2 = await serveClients('SDK v2');
  const withV1 = await serveClients('SDK v1');
  return withV2 && withV1;
}

process.exit((await main()) ? 0 : 1);
