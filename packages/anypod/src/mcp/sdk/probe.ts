import { cpuUsage, memoryUsage } from 'node:process';
import { AnypodError } from '../../core/errors.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { type BuildServer, closeQuietly, noServer, notConnected } from './build-server.ts';
import { ProbeTransport } from './probe-transport.ts';
import { toolSchemas } from './schema-memo.ts';
import type { ServerSdk } from './sdk.ts';
import { settledWithin } from './settled-within.ts';
import type { UserServer } from './user-server.ts';

/** What anypod learns about a factory before it serves. */
export interface Probe {
  /** SDK v2 is installed, so 2026-07-28 is served. */
  readonly modern: boolean;
  /** Its servers are not of this copy of SDK v2, so anypod speaks 2026-07-28 for them. */
  readonly guests: boolean;
  /** Names of the tools. Empty: the server has none. Undefined: it did not answer in time. */
  readonly tools: readonly string[] | undefined;
  /** It declares the capability `tasks` of 2025-11-25, so its tasks are its own. */
  readonly ownTasks: boolean;
  /** CPU milliseconds to build one server. */
  readonly buildMs: number;
  /** Approximate bytes of heap of one server. */
  readonly bytes: number;
  /** Every server has its own schema objects, so each server's schemas must be converted again. */
  readonly rebuildsSchemas: boolean;
}

/** How many servers beside the first are built and measured. */
const SAMPLES = 8;

/** `short`: for a process that lives for one request. It builds two servers, which tells everything but the exact costs. */
export type ProbeLength = 'full' | 'short';

const MIN_BYTES = 40 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Builds a few servers and asks one for its tools. `answerWithinMs` limits the wait for each answer. Rejects with `AnypodError` of code
 * `factory_failed` if the factory fails or returns one server twice, or if its server cannot be connected.
 */
export async function probeFactory(
  build: BuildServer,
  sdk: ServerSdk | undefined,
  answerWithinMs: number,
  length: ProbeLength = 'full',
): Promise<Probe> {
  const samples = length === 'full' ? SAMPLES : 1;
  const first = await build({ era: 'legacy' });
  const guests = sdk === undefined || !(first instanceof sdk.McpServer || first instanceof sdk.Server);
  const before = usage();
  const others: UserServer[] = [];
  for (let sample = 0; sample < samples; sample += 1) others.push(await build({ era: 'legacy' }));
  const after = usage();
  const heap = (after.heap - before.heap) / samples;
  const rebuildsSchemas = differ(toolSchemas(first), toolSchemas(others[0] ?? first));
  const offered = await askWhatItOffers(first, answerWithinMs);
  const closed = Promise.all([first, ...others].map(closeQuietly));
  await settledWithin(closed, answerWithinMs, unanswered).catch(() => undefined);
  return {
    modern: sdk !== undefined,
    guests,
    ...offered,
    buildMs: (after.cpuMs - before.cpuMs) / samples,
    bytes: Math.min(MAX_BYTES, Math.max(MIN_BYTES, Math.round(heap))),
    rebuildsSchemas,
  };
}

/** CPU and heap of this process so far. Zero where the runtime does not tell: Cloudflare Workers throws. */
function usage(): { readonly cpuMs: number; readonly heap: number } {
  try {
    const { user, system } = cpuUsage();
    return { cpuMs: (user + system) / 1000, heap: memoryUsage().heapUsed };
  } catch {
    return { cpuMs: 0, heap: 0 };
  }
}

function differ(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean {
  return [...one].some(([name, schema]) => other.get(name) !== schema);
}

const unanswered = () => new AnypodError('factory_failed', 'The server did not answer at the start.');

/** Asks for capabilities and tools as a client would. */
async function askWhatItOffers(server: UserServer, withinMs: number): Promise<Pick<Probe, 'tools' | 'ownTasks'>> {
  const transport = new ProbeTransport();
  const ask = (id: number, method: string, params: JsonRpcRequest['params'] = {}) =>
    settledWithin(transport.ask({ jsonrpc: '2.0', id, method, params }), withinMs, unanswered);
  let ownTasks: boolean;
  try {
    await server.connect(transport);
    if (transport.onmessage === undefined) throw noServer();
    const clientInfo = { name: 'anypod', version: '0' };
    const { result } = await ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    ownTasks = (result?.['capabilities'] as { tasks?: unknown } | undefined)?.tasks !== undefined;
  } catch (cause) {
    throw notConnected(cause);
  }
  const list = await ask(2, 'tools/list').catch(() => undefined);
  if (list === undefined) return { tools: undefined, ownTasks };
  const tools = list.result?.['tools'];
  return {
    tools: Array.isArray(tools) ? tools.map((tool: { name?: unknown } | null) => String(tool?.name)) : [],
    ownTasks,
  };
}
