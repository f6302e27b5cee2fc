import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

console.log('loaded');

/** A server that prints to stdout, as careless ones do. */
export default function createServer(): McpServer {
  console.log('made');
  const server = new McpServer({ name: 'noisy', version: '1' });
  server.registerTool('chat', { inputSchema: z.object({}) }, () => {
    console.info('called');
    process.stdout.write('written\n');
    return { content: [{ type: 'text', text: 'quiet' }] };
  });
  return server;
}
