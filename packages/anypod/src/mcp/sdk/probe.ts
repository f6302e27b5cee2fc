import { cpuUsage, memoryUsage } from 'node:process';
import { isResponse, type JsonRpcMessage, type JsonRpcResponse } from '../../core/json-rpc.ts';
import { toolSchemas } from './schema-memo.ts';
import type { ServerSdk } from './sdk.ts';
import type { ServerFactory, UserServer } from './user-server.ts';

/** What is learnt about a factory before it serves. */
export interface Probe {
  /** Its servers are of this copy of SDK v2, so they can serve the modern era. */
  readonly modern: boolean;
  /** Names of the tools; empty where the server has none. */
  readonly tools: readonly string[];
  /** CPU milliseconds to build one server. */
  readonly buildMs: number;
  /** Bytes of heap of one server, about. */
  readonly bytes: number;
  /** Every server gets schema objects of its own, so they are converted again and again. */
  readonly rebuildsSchemas: boolean;
}

const SAMPLES = 8;
const MIN_BYTES = 40 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;
const ANSWER_WITHIN_MS = 10_000;

/** Builds a few servers and asks one for its tools. Rejects where the factory throws, or gives something that cannot be connected. */
export async function probeFactory(createServer: ServerFactory, sdk: ServerSdk | undefined): Promise<Probe> {
  const first = await build(createServer);
  const modern = sdk !== undefined && (first instanceof sdk.McpServer || first instanceof sdk.Server);
  const heapBefore = memoryUsage().heapUsed;
  const cpuBefore = cpuUsage();
  const others: UserServer[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) others.push(await build(createServer));
  const cpu = cpuUsage(cpuBefore);
  const heap = (memoryUsage().heapUsed - heapBefore) / SAMPLES;
  const rebuildsSchemas = differ(toolSchemas(first), toolSchemas(others[0] ?? first));
  const tools = await listTools(first);
  await Promise.all([first, ...others].map((server) => server.close()));
  return {
    modern,
    tools,
    buildMs: (cpu.user + cpu.system) / 1000 / SAMPLES,
    bytes: Math.min(MAX_BYTES, Math.max(MIN_BYTES, Math.round(heap))),
    rebuildsSchemas,
  };
}

async function build(createServer: ServerFactory): Promise<UserServer> {
  const server = await createServer({ era: 'legacy' });
  if (typeof (server as Partial<UserServer> | undefined)?.connect === 'function') return server;
  throw new TypeError(
    'The factory must return an McpServer or Server of the MCP SDK; it returned something without connect().',
  );
}

function differ(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean {
  return [...one].some(([name, schema]) => other.get(name) !== schema);
}

/** The tools' names, asked for over a connection like a client's. */
async function listTools(server: UserServer): Promise<string[]> {
  const transport = new ProbeTransport();
  await server.connect(transport);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'anypod', version: '0' } };
  await transport.ask({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const { result } = await transport.ask({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} });
  const tools = (result?.['tools'] ?? []) as { name: string }[];
  return tools.map(({ name }) => name);
}

class ProbeTransport {
  onmessage?: (message: JsonRpcMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #answered: ((response: JsonRpcResponse) => void) | undefined;

  async start(): Promise<void> {}

  async send(message: JsonRpcMessage): Promise<void> {
    if (isResponse(message)) this.#answered?.(message);
  }

  async close(): Promise<void> {
    this.onclose?.();
  }

  ask(request: JsonRpcMessage): Promise<JsonRpcResponse> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('The server did not answer at start-up.')), ANSWER_WITHIN_MS);
      this.#answered = (response) => {
        clearTimeout(late);
        resolve(response);
      };
      this.onmessage?.(request);
    });
  }
}
