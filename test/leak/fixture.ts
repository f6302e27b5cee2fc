import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
const echo = z.object({ text: z.string() });
const wait = z.object({});

/** A small server: one tool that answers at once, one that waits until it is cancelled. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'leak-fixture', version: '1.0.0' }, { capabilities: { logging: {} } });
  server.registerTool('echo', { inputSchema: echo }, (args) => text(args.text));
  server.registerTool('wait', { inputSchema: wait }, async (_args, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken !== undefined) {
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    }
    await delay(60_000, undefined, { signal: ctx.mcpReq.signal });
    return text('not cancelled');
  });
  return server;
}
