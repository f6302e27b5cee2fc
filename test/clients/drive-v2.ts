import type { Client } from './flow.ts';

/** What is used of SDK v2; it is loaded by name, so its types are not at hand. */
interface SdkClient {
  setRequestHandler(method: string, handler: () => Promise<unknown>): void;
  connect(transport: object): Promise<void>;
  getNegotiatedProtocolVersion(): string | undefined;
  getProtocolEra(): string | undefined;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: object, options: object): Promise<{ content: { text: string }[] }>;
  close(): Promise<void>;
}

interface Sdk {
  Client: new (info: object, options: object) => SdkClient;
  StreamableHTTPClientTransport: new (url: URL) => { terminateSession(): Promise<void> };
}

/** Connects the client of SDK v2 that is installed under `name`; `mode` is its way to choose a revision. */
export async function connectV2(name: string, mode: 'legacy' | 'auto' | { pin: string }, url: URL): Promise<Client> {
  const sdk = (await import(name)) as Sdk;
  const options = { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } };
  const client = new sdk.Client({ name, version: '1' }, options);
  const content = { name: 'Ada', answer: 'Ada' };
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content }));
  const transport = new sdk.StreamableHTTPClientTransport(url);
  await client.connect(transport);
  const modern = client.getProtocolEra() === 'modern';
  return {
    revision: client.getNegotiatedProtocolVersion() ?? 'unknown',
    asks: 'ask',
    hasProgress: true,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    async call(tool, args, onprogress) {
      const callOptions = onprogress === undefined ? {} : { onprogress };
      return (await client.callTool({ name: tool, arguments: args }, callOptions)).content[0]?.text ?? '';
    },
    async close() {
      if (!modern) await transport.terminateSession();
      await client.close();
    },
  };
}
