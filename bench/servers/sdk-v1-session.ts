/** SDK v1's own session transport, answering in JSON (or `MODE=sse`), sessions in a map of this process: what most servers deploy today. */
import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { listen, readJson } from './listen.ts';
import { withTools } from './tools.ts';

const transports = new Map<string, StreamableHTTPServerTransport>();

async function open(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: process.env['MODE'] !== 'sse',
    onsessioninitialized: (id) => void transports.set(id, transport),
  });
  await withTools(new McpServer({ name: 'bench', version: '1.0.0' })).connect(transport as Transport);
  return transport;
}

listen(async (request, response) => {
  const body = await readJson(request);
  const transport = transports.get(String(request.headers['mcp-session-id'])) ?? (await open());
  await transport.handleRequest(request, response, body);
});
