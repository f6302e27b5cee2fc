import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A small server of everything that a client can name. Nothing that it does takes time. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'fuzz-fixture', version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, (args) => text(args.text));
  server.registerTool('report', { inputSchema: z.object({}) }, async (_args, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken !== undefined) {
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    }
    return text('reported');
  });
  server.registerTool(
    'once',
    { inputSchema: z.object({}), _meta: { 'anypod/retry': true }, annotations: { idempotentHint: true } },
    () => text('once'),
  );
  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: name } }],
  }));
  server.registerResource('note', 'note://one', {}, ({ href }) => ({ contents: [{ uri: href, text: 'note' }] }));
  return server;
}
