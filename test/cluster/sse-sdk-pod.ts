import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';

/** A server as the SDK's documentation has it: HTTP+SSE, with its sessions in a Map. Several of them are like several pods. */
export async function startSdkPod(): Promise<{ readonly port: number; stop(): void }> {
  const sessions = new Map<string, SSEServerTransport>();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/readyz') return response.writeHead(200).end();
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      return new McpServer({ name: 'control', version: '1' }).connect(transport);
    }
    const transport = sessions.get(searchParams.get('sessionId') ?? '');
    if (transport === undefined) return response.writeHead(404).end('Session not found');
    return transport.handlePostMessage(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
