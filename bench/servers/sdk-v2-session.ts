/** SDK v2's own session transport, answering in JSON, sessions in a map of this process. */
import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer } from '@modelcontextprotocol/server';
import { listen, readJson } from './listen.ts';
import { withTools } from './tools.ts';

const transports = new Map<string, NodeStreamableHTTPServerTransport>();

async function open(): Promise<NodeStreamableHTTPServerTransport> {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => void transports.set(id, transport),
  });
  await withTools(new McpServer({ name: 'bench', version: '1.0.0' })).connect(transport);
  return transport;
}

listen(async (request, response) => {
  const body = await readJson(request);
  const transport = transports.get(String(request.headers['mcp-session-id'])) ?? (await open());
  await transport.handleRequest(request, response, body);
});
