import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** A factory that does what it should not: every server gets schemas of its own. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'slow-factory', version: '1' });
  for (let tool = 0; tool < 60; tool++) {
    const fields = Array.from({ length: 10 }, (_, field) => [`field${field}`, z.string().min(1).optional()] as const);
    server.registerTool(`tool${tool}`, { inputSchema: z.object(Object.fromEntries(fields)) }, () => ({
      content: [{ type: 'text', text: `tool ${tool}` }],
    }));
  }
  return server;
}
