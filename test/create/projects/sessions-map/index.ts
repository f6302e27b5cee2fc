import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { z } from 'zod';

const transports: Record<string, StreamableHTTPServerTransport> = {};
const visits = new Map<string, number>();

const getServer = () => {
  const server = new McpServer({ name: 'visits', version: '1.0.0' });
  server.registerTool('visit', { inputSchema: { name: z.string() } }, ({ name }) => {
    visits.set(name, (visits.get(name) ?? 0) + 1);
    return { content: [{ type: 'text', text: `${name} was here ${visits.get(name)} times` }] };
  });
  return server;
};

const app = express();
app.use(express.json());
app.post('/mcp', async (req, res) => {
  const id = req.headers['mcp-session-id'] as string | undefined;
  let transport = id === undefined ? undefined : transports[id];
  if (transport === undefined && isInitializeRequest(req.body)) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (session) => {
        if (transport) transports[session] = transport;
      },
    });
    await getServer().connect(transport);
  }
  await transport?.handleRequest(req, res, req.body);
});
app.listen(3000);
