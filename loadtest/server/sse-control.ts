/** The control: the SDK's transport of 2024, one connection and one server per client. */
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { z } from 'zod';

const input = { ms: z.number(), text: z.string().default('') };
const transports = new Map<string, SSEServerTransport>();

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/readyz') return void response.end();
  if (request.method === 'POST') {
    return void transports.get(searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response);
  }
  const transport = new SSEServerTransport('/messages', response);
  transports.set(transport.sessionId, transport);
  const server = new McpServer({ name: 'control', version: '1.0.0' });
  server.registerTool('wait', { inputSchema: input }, ({ text }) => ({ content: [{ type: 'text', text }] }));
  void server.connect(transport);
}).listen(Number(process.env['PORT']), '127.0.0.1');
