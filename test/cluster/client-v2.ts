import { Client, StreamableHTTPClientTransport, type VersionNegotiationMode } from '@modelcontextprotocol/client';
import { noticingStream } from '../lib/pod-choosing-fetch.ts';
import {
  type Connect,
  type ConnectOptions,
  capabilitiesOf,
  ENDPOINT,
  firstText,
  type OfficialClient,
} from './official-client.ts';

/** What only the client of SDK v2 has. */
export interface ClientV2 extends OfficialClient {
  readonly client: Client;
  /** `legacy` or `modern`. */
  readonly era: string | undefined;
}

/** The official client of SDK v2. Without a mode it speaks the 2025 era. */
export async function connectMode(mode: VersionNegotiationMode, options: ConnectOptions): Promise<ClientV2> {
  const { fetch, name = 'v2', answers = {}, on = {} } = options;
  const capabilities = capabilitiesOf(answers);
  const client = new Client({ name, version: '1.2.3' }, { capabilities, versionNegotiation: { mode } });
  const { elicitation, sampling, roots } = answers;
  if (elicitation)
    client.setRequestHandler('elicitation/create', async ({ params }) => (await elicitation({ ...params })) as never);
  if (sampling)
    client.setRequestHandler('sampling/createMessage', async ({ params }) => (await sampling(params)) as never);
  if (roots) client.setRequestHandler('roots/list', async () => (await roots()) as never);
  client.fallbackNotificationHandler = async ({ method, params }) => on[method]?.(params ?? {});
  const noticing = noticingStream(fetch);
  const transport = new StreamableHTTPClientTransport(ENDPOINT, { fetch: noticing.fetch });
  await client.connect(transport);
  if (transport.sessionId !== undefined && Object.keys(on).length > 0) await noticing.opened;
  return {
    client,
    get era() {
      return client.getProtocolEra();
    },
    get sessionId() {
      return transport.sessionId;
    },
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool, args = {}, callOptions = {}) =>
      firstText(await client.callTool({ name: tool, arguments: args }, callOptions)),
    read: async (uri) => void (await client.readResource({ uri })),
    setLogLevel: async (level) => void (await client.setLoggingLevel(level)),
    subscribe: async (uri) => void (await client.subscribeResource({ uri })),
    unsubscribe: async (uri) => void (await client.unsubscribeResource({ uri })),
    terminate: () => transport.terminateSession(),
    close: () => client.close(),
  };
}

export const connectV2: Connect = (options) => connectMode('legacy', options);
