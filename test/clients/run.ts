/**
 * Official clients, the oldest that matter and the newest, and two of others, through a balancer without affinity over two pods in turns, with a server of
 * each SDK. With `--all` also many more clients of others, and then it writes the table of docs/clients.md. Exits with 1 where a client fails at anything
 * that it can do.
 *
 *   node test/clients/run.ts [--all] [<part of a name>]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startHaproxy } from '../lib/haproxy.ts';
import { startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { connectAgents, connectAiSdk } from './drive-frameworks.ts';
import { connectRemote, connectSse, connectV1 } from './drive-v1.ts';
import { connectV2 } from './drive-v2.ts';
import { type Client, type Outcome, runFlow } from './flow.ts';
import { connectLangChain, connectMastra, connectMcpUse } from './others/drive-frameworks.ts';
import { connectInspector, drivePython, installPython } from './others/drive-processes.ts';
import { type Row, writeTable } from './table.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const OTHERS = `${HERE}others/`;
const MODULES = { 'SDK v2': '../cluster/fixture.ts', 'SDK v1': '../cluster/fixture-v1.ts' };
const LIMIT_MS = 90_000;

/** Runs one client against the server at `url`. `cut` cuts its connections. */
type Drive = (url: URL, cut: () => void) => Promise<Outcome>;

const dependenciesOf = (folder: string) =>
  (JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { dependencies: Record<string, string> }).dependencies;
const dependencies = { ...dependenciesOf(HERE), ...dependenciesOf(OTHERS) };
const labelled = (name: string, mode = '') => `${name} ${dependencies[name]}${mode === '' ? '' : `, ${mode}`}`;

const connecting =
  (connect: (url: URL) => Promise<Client>): Drive =>
  async (url, cut) =>
    runFlow(await connect(url), cut);

const CLIENTS: Readonly<Record<string, Drive>> = {
  'sdk 1.12.3': connecting((url) => connectV1('sdk-1.12.3', url)),
  'sdk 1.13.3': connecting((url) => connectV1('sdk-1.13.3', url)),
  'sdk 1.23.1': connecting((url) => connectV1('sdk-1.23.1', url)),
  'sdk 1.32.2': connecting((url) => connectV1('sdk-1.32.2', url)),
  'sdk 1.12.3, HTTP+SSE': connecting((url) => connectSse('sdk-1.12.3', url)),
  'sdk 1.32.2, HTTP+SSE': connecting((url) => connectSse('sdk-1.32.2', url)),
  [labelled('mcp-remote', 'sse-only')]: connecting((url) => connectRemote('sse-only', url)),
  'client 2.4.0': connecting((url) => connectV2('client-2.4.0', 'legacy', url)),
  'client 2.4.0, auto': connecting((url) => connectV2('client-2.4.0', 'auto', url)),
  'client 2.4.0, pinned': connecting((url) => connectV2('client-2.4.0', { pin: '2026-07-28' }, url)),
  [labelled('@ai-sdk/mcp')]: connecting(connectAiSdk),
  [labelled('@openai/agents')]: connecting(connectAgents),
};

const OTHER_CLIENTS: Readonly<Record<string, Drive>> = {
  [labelled('@langchain/mcp-adapters')]: connecting(connectLangChain),
  [labelled('@mastra/mcp')]: connecting(connectMastra),
  [labelled('mcp-use')]: connecting(connectMcpUse),
  [labelled('@modelcontextprotocol/inspector', 'legacy')]: connecting((url) => connectInspector('legacy', url)),
  [labelled('@modelcontextprotocol/inspector', 'auto')]: connecting((url) => connectInspector('auto', url)),
  [labelled('@modelcontextprotocol/inspector', 'modern')]: connecting((url) => connectInspector('modern', url)),
  [labelled('mcp-remote')]: connecting((url) => connectRemote('http-only', url)),
};

const PYTHON_CLIENTS: Readonly<Record<string, Drive>> = {
  'mcp 2.3.0 (Python), auto': (url, cut) => drivePython('mcp', 'auto', url, cut),
  'mcp 2.3.0 (Python), legacy': (url, cut) => drivePython('mcp', 'legacy', url, cut),
  'fastmcp 4.2.3 (Python), auto': (url, cut) => drivePython('fastmcp', 'auto', url, cut),
  'fastmcp 4.2.3 (Python), legacy': (url, cut) => drivePython('fastmcp', 'legacy', url, cut),
};

/** Installs the packages of a folder, once. Not `npm ci`: it refuses a lock file that lacks optional binaries of other platforms. */
function install(folder: string): void {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  const args = ['install', '--no-save', '--no-fund', '--no-audit', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
}

/** The clients of others, whose packages are installed first. */
async function others(): Promise<Readonly<Record<string, Drive>>> {
  install(OTHERS);
  return { ...OTHER_CLIENTS, ...((await installPython()) ? PYTHON_CLIENTS : {}) };
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

/** Whether a client could do all that it can. A call whose connection is cut in the middle may fail, because not every client resumes. */
function isGood(outcome: Outcome | Error): boolean {
  if (outcome instanceof Error) return false;
  const { list, call, progress, elicitation, close } = outcome;
  return [list, call, progress ?? true, elicitation ?? true, close].every(Boolean);
}

/** What all clients could do with a server of `sdk`. */
async function serveClients(sdk: keyof typeof MODULES, clients: Readonly<Record<string, Drive>>): Promise<Row[]> {
  const redis = await startRedis();
  const module = fileURLToPath(new URL(MODULES[sdk], import.meta.url));
  const pods = await startPods({ module, redisUrl: redis.url, count: 2, args: ['--legacy-sse'] });
  const haproxy = await startHaproxy({ pods: pods.pods, balance: 'roundrobin' });
  const proxy = await startCuttingProxy(new URL(haproxy.url));
  const rows: Row[] = [];
  try {
    for (const [client, drive] of Object.entries(clients)) {
      const driving = withLimit(drive(proxy.url, proxy.cut));
      const outcome = await driving.catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      );
      rows.push({ client, server: sdk, outcome });
      console.log(
        `${sdk}  ${client.padEnd(44)} ${outcome instanceof Error ? outcome.message : JSON.stringify(outcome)}`,
      );
    }
  } finally {
    await proxy.stop();
    await Promise.all([haproxy.stop(), pods.stop()]);
    await redis.stop();
  }
  return rows;
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({ options: { all: { type: 'boolean' } }, allowPositionals: true });
  install(HERE);
  const known = { ...CLIENTS, ...(values.all ? await others() : {}) };
  const [only = ''] = positionals;
  const clients = Object.fromEntries(Object.entries(known).filter(([name]) => name.includes(only)));
  const rows = [...(await serveClients('SDK v2', clients)), ...(await serveClients('SDK v1', clients))];
  if (values.all && only === '') writeTable(rows);
  return rows.every(({ outcome }) => isGood(outcome));
}

process.exit((await main()) ? 0 : 1);
