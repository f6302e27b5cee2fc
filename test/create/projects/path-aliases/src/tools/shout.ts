import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

export function registerShout(server: McpServer): void {
  server.registerTool('shout', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
    content: [{ type: 'text', text: `${text}!` }],
  }));
}
