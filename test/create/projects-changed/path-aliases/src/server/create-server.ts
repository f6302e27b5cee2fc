import { McpServer } from '@modelcontextprotocol/server';
import { registerShout } from '../tools/shout.ts';

export function createServer(): McpServer {
  const server = new McpServer({ name: 'shout', version: '1.0.0' });
  registerShout(server);
  return server;
}
