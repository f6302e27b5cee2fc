import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { FactoryContext } from 'anypod';
import { z } from 'zod';

export const getServer = ({ session }: FactoryContext) => {
  const server = new McpServer({ name: 'visits', version: '1.0.0' });
  server.registerTool('visit', { inputSchema: { name: z.string() } }, async ({ name }) => {
    const visits = await session?.update<number>(name, (before = 0) => before + 1);
    return { content: [{ type: 'text', text: `${name} was here ${visits} times` }] };
  });
  return server;
};
