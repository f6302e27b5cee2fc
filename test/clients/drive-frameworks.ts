import type { Client } from './flow.ts';

/** What clients answer when a server asks. The fixtures' tools look for one of these. */
const CONTENT = { name: 'Ada', answer: 'Ada' };

/** What is used of `@ai-sdk/mcp`; the frameworks are loaded by name, so their types are not at hand. */
interface AiSdk {
  createMCPClient(options: object): Promise<AiSdkClient>;
  ElicitationRequestSchema: unknown;
}

interface AiSdkClient {
  readonly initializeResult: { readonly protocolVersion: string };
  onElicitationRequest(schema: unknown, handler: () => object): void;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: object }): Promise<{ content: { text: string }[] }>;
  close(): Promise<void>;
}

interface Agents {
  MCPServerStreamableHttp: new (
    options: object,
  ) => {
    connect(): Promise<void>;
    listTools(): Promise<{ name: string }[]>;
    callTool(name: string, args: object): Promise<{ text: string }[]>;
    close(): Promise<void>;
  };
}

const load = async <T>(name: string): Promise<T> => (await import(name)) as T;

/** Vercel's AI SDK, which asks for 2026-07-28 first. It has no progress. */
export async function connectAiSdk(url: URL): Promise<Client> {
  const sdk = await load<AiSdk>('@ai-sdk/mcp');
  const client = await sdk.createMCPClient({
    transport: { type: 'http', url: url.href },
    capabilities: { elicitation: { form: {} } },
  });
  client.onElicitationRequest(sdk.ElicitationRequestSchema, () => ({ action: 'accept', content: CONTENT }));
  return {
    revision: client.initializeResult.protocolVersion,
    asks: 'ask',
    hasProgress: false,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool, args) => (await client.callTool({ name: tool, arguments: args })).content[0]?.text ?? '',
    close: () => client.close(),
  };
}

/** OpenAI's Agents SDK, which asks for 2026-07-28 first too. It has no progress, cannot be asked, and does not tell its revision. */
export async function connectAgents(url: URL): Promise<Client> {
  const sdk = await load<Agents>('@openai/agents');
  const server = new sdk.MCPServerStreamableHttp({ url: url.href });
  await server.connect();
  return {
    revision: 'not told',
    asks: undefined,
    hasProgress: false,
    tools: async () => (await server.listTools()).map((tool) => tool.name),
    call: async (tool, args) => (await server.callTool(tool, args))[0]?.text ?? '',
    close: () => server.close(),
  };
}
