import type { Client } from '../flow.ts';

/** What clients answer when a server asks. The fixtures' tools look for one of these. */
const CONTENT = { name: 'Ada', answer: 'Ada' };
const accept = async () => ({ action: 'accept', content: CONTENT });

interface LangChain {
  MultiServerMCPClient: new (
    options: object,
  ) => {
    getTools(): Promise<{ name: string; invoke(args: object): Promise<string> }[]>;
    close(): Promise<void>;
  };
}

interface Mastra {
  MCPClient: new (
    options: object,
  ) => {
    readonly progress: { onUpdate(server: string, handler: (progress: { progress: number }) => void): Promise<void> };
    listTools(): Promise<Record<string, { execute(args: object, context: object): Promise<unknown> }>>;
    getServerProtocolVersions(): Promise<Record<string, string>> | Record<string, string>;
    disconnect(): Promise<void>;
  };
}

interface McpUse {
  MCPClient: new (
    servers: object,
    options: object,
  ) => {
    createSession(server: string): Promise<{
      listTools(): Promise<{ name: string }[]>;
      callTool(name: string, args: object, options: object): Promise<{ content: { text: string }[] }>;
    }>;
    closeAllSessions(): Promise<void>;
  };
}

type OnProgress = (progress: { progress: number }) => void;

/** Loads a package by name. */
const load = async <T>(name: string): Promise<T> => (await import(name)) as T;

/** LangChain's adapters. They cannot be asked, and do not tell their revision. */
export async function connectLangChain(url: URL): Promise<Client> {
  const { MultiServerMCPClient } = await load<LangChain>('@langchain/mcp-adapters');
  let listener: OnProgress | undefined;
  const onProgress: OnProgress = (progress) => listener?.(progress);
  const client = new MultiServerMCPClient({ mcpServers: { s: { transport: 'http', url: url.href } }, onProgress });
  const tools = await client.getTools();
  return {
    revision: 'not told',
    asks: undefined,
    hasProgress: true,
    tools: async () => tools.map((tool) => tool.name),
    async call(name, args, onprogress) {
      listener = onprogress;
      return (await tools.find((tool) => tool.name === name)?.invoke(args)) ?? '';
    },
    close: () => client.close(),
  };
}

/** Mastra, whose tools return what the server's tool says. */
export async function connectMastra(url: URL): Promise<Client> {
  const { MCPClient } = await load<Mastra>('@mastra/mcp');
  const server = { url, enableProgressTracking: true, inputRequests: accept };
  const client = new MCPClient({ id: url.href + Math.random(), servers: { s: server } });
  let listener: OnProgress | undefined;
  await client.progress.onUpdate('s', (progress) => listener?.(progress));
  const tools = await client.listTools();
  const versions = await client.getServerProtocolVersions();
  return {
    revision: String(versions['s'] ?? 'not told'),
    asks: 'ask',
    hasProgress: true,
    tools: async () => Object.keys(tools).map((name) => name.replace(/^s_/, '')),
    async call(name, args, onprogress) {
      listener = onprogress;
      const result = await tools[`s_${name}`]?.execute(args, {});
      return textIn(result);
    },
    close: () => client.disconnect(),
  };
}

/** The client of mcp-use. It does not tell its revision. */
export async function connectMcpUse(url: URL): Promise<Client> {
  const { MCPClient } = await load<McpUse>('mcp-use/client');
  const client = new MCPClient({ mcpServers: { s: { url: url.href } } }, { onElicitation: accept });
  const session = await client.createSession('s');
  return {
    revision: 'not told',
    asks: 'ask',
    hasProgress: true,
    tools: async () => (await session.listTools()).map((tool) => tool.name),
    call: async (name, args, onprogress) =>
      (await session.callTool(name, args, onprogress === undefined ? {} : { onprogress })).content[0]?.text ?? '',
    close: () => client.closeAllSessions(),
  };
}

/** The text of a result that a framework has taken apart. */
function textIn(result: unknown): string {
  const { content } = (result ?? {}) as { content?: { text?: string }[] };
  return content?.[0]?.text ?? (typeof result === 'string' ? result : JSON.stringify(result));
}
