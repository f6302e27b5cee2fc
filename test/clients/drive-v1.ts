import { fileURLToPath } from 'node:url';
import type { Client } from './flow.ts';

interface Progress {
  onprogress?: (progress: { progress: number }) => void;
}

/** What the versions of SDK v1 have in common; they are loaded by name, so their types are not at hand. */
interface SdkClient {
  setRequestHandler(schema: unknown, handler: () => Promise<unknown>): void;
  connect(transport: unknown): Promise<void>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: object, schema: undefined, options: Progress): Promise<{ content: { text: string }[] }>;
  close(): Promise<void>;
}

interface SdkTransport {
  readonly protocolVersion?: string;
  readonly sessionId?: string;
  terminateSession(): Promise<void>;
}

interface Sdk {
  Client: new (info: object, options: object) => SdkClient;
  StreamableHTTPClientTransport: new (url: URL) => SdkTransport;
  /** Since 1.13. */
  ElicitRequestSchema?: unknown;
}

async function load(name: string): Promise<Sdk> {
  const files = ['client/index.js', 'client/streamableHttp.js', 'types.js'];
  const parts = await Promise.all(files.map((file) => import(`${name}/${file}`) as Promise<object>));
  return Object.assign({}, ...parts) as Sdk;
}

interface Connected {
  readonly client: SdkClient;
  readonly canBeAsked: boolean;
}

/** A client of an SDK v1 that answers whoever asks. */
function createClient(sdk: Sdk, name: string): Connected {
  const canBeAsked = sdk.ElicitRequestSchema !== undefined;
  const client = new sdk.Client({ name, version: '1' }, { capabilities: canBeAsked ? { elicitation: {} } : {} });
  if (canBeAsked) {
    client.setRequestHandler(sdk.ElicitRequestSchema, async () => ({ action: 'accept', content: { name: 'Ada' } }));
  }
  return { client, canBeAsked };
}

function driven({ client, canBeAsked }: Connected): Omit<Client, 'revision' | 'close'> {
  return {
    asks: canBeAsked ? 'ask' : undefined,
    hasProgress: true,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    async call(tool, args, onprogress) {
      const options = onprogress === undefined ? {} : { onprogress };
      return (await client.callTool({ name: tool, arguments: args }, undefined, options)).content[0]?.text ?? '';
    },
  };
}

/** Connects the client of an SDK v1 that is installed under `name`. */
export async function connectV1(name: string, url: URL): Promise<Client> {
  const sdk = await load(name);
  const connected = createClient(sdk, name);
  const transport = new sdk.StreamableHTTPClientTransport(url);
  await connected.client.connect(transport);
  return {
    ...driven(connected),
    revision: transport.protocolVersion ?? 'not told',
    async close() {
      await transport.terminateSession();
      await connected.client.close();
    },
  };
}

/** Over HTTP+SSE nothing can be resumed, and the official client drops progress that it reads together with the result. */
const OVER_SSE = { connectsAnew: true, hasProgress: false } as const;

/** Connects the client of an SDK v1 over HTTP+SSE. */
export async function connectSse(name: string, url: URL): Promise<Client> {
  const { SSEClientTransport } = (await import(`${name}/client/sse.js`)) as {
    SSEClientTransport: new (url: URL) => unknown;
  };
  const connected = createClient(await load(name), name);
  await connected.client.connect(new SSEClientTransport(new URL('/sse', url)));
  const close = () => connected.client.close();
  return { ...driven(connected), ...OVER_SSE, revision: 'not told', close };
}

const MCP_REMOTE = fileURLToPath(new URL('node_modules/mcp-remote/dist/proxy.js', import.meta.url));

/** mcp-remote, a process between a client over stdio and the server. */
export async function connectRemote(transport: 'http-only' | 'sse-only', url: URL): Promise<Client> {
  const [address, anew] = transport === 'http-only' ? [url, {}] : [new URL('/sse', url), OVER_SSE];
  const args = [MCP_REMOTE, address.href, '--allow-http', '--transport', transport];
  return { ...(await connectThrough('sdk-1.32.2', process.execPath, args)), ...anew };
}

/** Connects such a client over stdio to a program that talks to the server. */
async function connectThrough(name: string, command: string, args: readonly string[]): Promise<Client> {
  const { StdioClientTransport } = (await import(`${name}/client/stdio.js`)) as {
    StdioClientTransport: new (options: object) => unknown;
  };
  const connected = createClient(await load(name), name);
  await connected.client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));
  return { ...driven(connected), revision: 'not told', close: () => connected.client.close() };
}
