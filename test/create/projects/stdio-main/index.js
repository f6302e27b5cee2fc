#!/usr/bin/env node
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'adder', version: '1.0.0' });

server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({
  content: [{ type: 'text', text: String(a + b) }],
}));

async function main() {
  await server.connect(new StdioServerTransport());
  console.error('adder runs on stdio');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
