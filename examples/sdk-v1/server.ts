import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';

const greeting = { name: z.string().describe('Whom to greet.') };

export default function createServer(): McpServer {
  const server = new McpServer({ name: 'sdk-v1', version: '1.0.0' });
  server.registerTool('greet', { description: 'Says hello.', inputSchema: greeting }, ({ name }) => ({
    content: [{ type: 'text', text: `Hello, ${name}!` }],
  }));
  return server;
}
