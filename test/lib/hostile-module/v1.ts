import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { CompleteRequestSchema, type ServerNotification, type ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Ground } from './faults.ts';
import { hold, release, tick } from './held-calls.ts';
import { FAULTS, runFault } from './results.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const options = { say: z.boolean().optional() };
const keyed = { key: z.string() };
const holding = { key: z.string(), path: z.string().optional() };
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
const anyResult = z.looseObject({});

function groundOf(server: McpServer, extra: Extra): Ground {
  const transport = server.server.transport;
  return {
    notify: (method, params) => extra.sendNotification({ method, params } as never),
    announce: (method, params) => server.server.notification({ method, params } as never),
    ask: (method, params) => extra.sendRequest({ method, params } as never, anyResult),
    close: () => server.close(),
    closeTransport: async () => transport?.close(),
    connectElsewhere: () =>
      server.connect({ start: async () => undefined, send: async () => undefined, close: async () => undefined }),
    signal: extra.signal,
  };
}

/** The same server as `v2.ts`, but of SDK v1. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'hostile', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true }, completions: {} } },
  );
  server.registerTool('echo', { inputSchema: { text: z.string() } }, (args) => text(args.text));
  server.registerTool('hold', { inputSchema: holding }, async ({ key, path }, extra) => {
    const say = async () => {
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'error', data: 'still here' } });
      await server.server.sendToolListChanged();
    };
    return text(await hold(key, say, path));
  });
  server.registerTool('tick', { inputSchema: keyed }, async ({ key }) => text(await tick(key)));
  server.registerTool('release', { inputSchema: keyed }, ({ key }) => text(release(key)));

  for (const name of Object.keys(FAULTS)) {
    server.registerTool(name, { inputSchema: options }, async ({ say }, extra) => {
      const structuredContent = (await runFault(name, groundOf(server, extra), say === true)) as Record<
        string,
        unknown
      >;
      return { content: [], structuredContent };
    });
    server.registerPrompt(name, {}, async (extra: unknown) => {
      const _meta = (await runFault(name, groundOf(server, extra as Extra), false)) as Record<string, unknown>;
      return { messages: [], _meta };
    });
  }
  server.registerResource(
    'faults',
    new ResourceTemplate('hostile://{name}', { list: undefined }),
    {},
    async (uri, { name }, extra) => {
      const _meta = (await runFault(String(name), groundOf(server, extra), false)) as Record<string, unknown>;
      return { contents: [{ uri: uri.href, text: '' }], _meta };
    },
  );
  server.server.setRequestHandler(CompleteRequestSchema, async ({ params }, extra) => {
    const _meta = (await runFault(params.argument.name, groundOf(server, extra), false)) as Record<string, unknown>;
    return { completion: { values: [] }, _meta };
  });
  return server;
}
