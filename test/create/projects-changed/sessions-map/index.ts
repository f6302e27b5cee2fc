import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { getServer } from './server.ts';

const transports: Record<string, StreamableHTTPServerTransport> = {};

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
    await getServer({} as never).connect(transport);
  }
  await transport?.handleRequest(req, res, req.body);
});
app.listen(3000);
