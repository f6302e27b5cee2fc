import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { noticingStream } from '../lib/pod-choosing-fetch.ts';
import { type Connect, capabilitiesOf, ENDPOINT, firstText } from './official-client.ts';

/** The official client of SDK v1. */
export const connectV1: Connect = async ({ fetch, name = 'v1', answers = {}, on = {} }) => {
  const client = new Client({ name, version: '1.2.3' }, { capabilities: capabilitiesOf(answers) });
  const { elicitation, sampling, roots } = answers;
  if (elicitation)
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => (await elicitation(params)) as never);
  if (sampling)
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => (await sampling(params)) as never);
  if (roots) client.setRequestHandler(ListRootsRequestSchema, async () => (await roots()) as never);
  client.fallbackNotificationHandler = async ({ method, params }) => on[method]?.(params ?? {});
  const noticing = noticingStream(fetch);
  const transport = new StreamableHTTPClientTransport(ENDPOINT, { fetch: noticing.fetch });
  await client.connect(transport as Transport);
  if (transport.sessionId !== undefined && Object.keys(on).length > 0) await noticing.opened;
  return {
    get sessionId() {
      return transport.sessionId;
    },
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool, args = {}, options = {}) =>
      firstText(await client.callTool({ name: tool, arguments: args }, undefined, options)),
    read: async (uri) => void (await client.readResource({ uri })),
    setLogLevel: async (level) => void (await client.setLoggingLevel(level)),
    subscribe: async (uri) => void (await client.subscribeResource({ uri })),
    unsubscribe: async (uri) => void (await client.unsubscribeResource({ uri })),
    terminate: () => transport.terminateSession(),
    close: () => client.close(),
  };
};
