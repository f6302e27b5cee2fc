/** SDK v1 without sessions, as its examples do it: a server and a transport for each request. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { listen, readJson } from './listen.ts';
import { withTools } from './tools.ts';

listen(async (request, response) => {
  const body = await readJson(request);
  const server = withTools(new McpServer({ name: 'bench', version: '1.0.0' }));
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => {
    void transport.close();
    void server.close();
  });
  await server.connect(transport as Transport);
  await transport.handleRequest(request, response, body);
});
