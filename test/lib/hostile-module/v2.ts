import { McpServer, ResourceTemplate, type ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Ground } from './faults.ts';
import { hold, release, tick } from './held-calls.ts';
import { FAULTS, runFault } from './results.ts';

const options = z.object({ say: z.boolean().optional() });
const keyed = z.object({ key: z.string() });
const holding = z.object({ key: z.string(), path: z.string().optional() });
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
const anyResult = z.looseObject({});

function groundOf(server: McpServer, ctx: ServerContext): Ground {
  const transport = server.server.transport;
  return {
    notify: (method, params) => ctx.mcpReq.notify({ method, params } as never),
    announce: (method, params) => server.server.notification({ method, params } as never),
    ask: (method, params) => ctx.mcpReq.send({ method, params } as never, anyResult),
    close: () => server.close(),
    closeTransport: async () => transport?.close(),
    connectElsewhere: () =>
      server.connect({ start: async () => undefined, send: async () => undefined, close: async () => undefined }),
    signal: ctx.mcpReq.signal,
  };
}

/** A server of SDK v2. It has a tool, a prompt and a resource for every fault, named after it, and calls that behave. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'hostile', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true } } },
  );
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, (args) => text(args.text));
  server.registerTool('hold', { inputSchema: holding }, async ({ key, path }, ctx) => {
    const say = async () => {
      await ctx.mcpReq.notify({ method: 'notifications/message', params: { level: 'error', data: 'still here' } });
      await server.server.sendToolListChanged();
    };
    return text(await hold(key, say, path));
  });
  server.registerTool('tick', { inputSchema: keyed }, async ({ key }) => text(await tick(key)));
  server.registerTool('release', { inputSchema: keyed }, ({ key }) => text(release(key)));

  for (const name of Object.keys(FAULTS)) {
    server.registerTool(name, { inputSchema: options }, async ({ say }, ctx) => {
      const structuredContent = (await runFault(name, groundOf(server, ctx), say === true)) as Record<string, unknown>;
      return { content: [], structuredContent };
    });
    server.registerPrompt(name, {}, async (ctx) => {
      const _meta = (await runFault(name, groundOf(server, ctx), false)) as Record<string, unknown>;
      return { messages: [], _meta };
    });
  }
  server.registerResource(
    'faults',
    new ResourceTemplate('hostile://{name}', { list: undefined }),
    {},
    async (uri, { name }, ctx) => {
      const _meta = (await runFault(String(name), groundOf(server, ctx), false)) as Record<string, unknown>;
      return { contents: [{ uri: uri.href, text: '' }], _meta };
    },
  );
  server.server.registerCapabilities({ completions: {} });
  server.server.setRequestHandler('completion/complete', async ({ params }, ctx) => {
    const _meta = (await runFault(params.argument.name, groundOf(server, ctx), false)) as Record<string, unknown>;
    return { completion: { values: [] }, _meta };
  });
  return server;
}
