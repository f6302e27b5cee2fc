import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

// Outside of the factory, because anypod calls the factory often.
const input = z.object({ name: z.string().describe('Whom to greet.') });

export default function createServer(): McpServer {
  const server = new McpServer({ name: '__NAME__', version: '0.1.0' });
  server.registerTool('greet', { description: 'Says hello.', inputSchema: input }, ({ name }) => ({
    content: [{ type: 'text', text: `Hello, ${name}!` }],
  }));
  return server;
}
