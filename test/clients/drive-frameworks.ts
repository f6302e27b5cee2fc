import type { Client } from './flow.ts';

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

/** Connects the client of Vercel's AI SDK, which asks for 2026-07-28 first. It has no progress. */
export async function connectAiSdk(url: URL): Promise<Client> {
  const name = '@ai-sdk/mcp';
  const sdk = (await import(name)) as AiSdk;
  const client = await sdk.createMCPClient({
    transport: { type: 'http', url: url.href },
    capabilities: { elicitation: { form: {} } },
  });
  const content = { name: 'Ada', answer: 'Ada' };
  client.onElicitationRequest(sdk.ElicitationRequestSchema, () => ({ action: 'accept', content }));
  const revision = client.initializeResult.protocolVersion;
  return {
    revision,
    asks: revision === '2026-07-28' ? 'two_rounds' : 'ask',
    hasProgress: false,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool, args) => (await client.callTool({ name: tool, arguments: args })).content[0]?.text ?? '',
    close: () => client.close(),
  };
}

/** Connects the client of OpenAI's Agents SDK, which asks for 2026-07-28 first too. It has no progress, cannot be asked, and does not tell its revision. */
export async function connectAgents(url: URL): Promise<Client> {
  const name = '@openai/agents';
  const sdk = (await import(name)) as Agents;
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
