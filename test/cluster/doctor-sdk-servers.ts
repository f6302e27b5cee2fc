/** The SDK's own servers, as its examples write them: with sessions in a map of this process on the first port, without sessions on the second. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import createMcpServer from './fixture-v1.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: unknown) => Promise<void>;

const transports = new Map<string, StreamableHTTPServerTransport>();

const withSessions: Handler = async (request, response, body) => {
  const id = request.headers['mcp-session-id'];
  let transport = transports.get(String(id));
  if (transport === undefined) {
    const isFirst = id === undefined && (body as { method?: string } | undefined)?.method === 'initialize';
    if (!isFirst) return refuse(response, 400, 'Bad Request: No valid session ID provided');
    const created = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (given) => void transports.set(given, created),
    });
    created.onclose = () => void transports.delete(created.sessionId ?? '');
    await createMcpServer().connect(created as Transport);
    transport = created;
  }
  await transport.handleRequest(request, response, body);
};

const withoutSessions: Handler = async (request, response, body) => {
  if (request.method !== 'POST') return refuse(response, 405, 'Method not allowed.');
  const server = createMcpServer();
  const transport = new StreamableHTTPServerTransport({});
  response.on('close', () => {
    void transport.close();
    void server.close();
  });
  await server.connect(transport as Transport);
  await transport.handleRequest(request, response, body);
};

async function refuse(response: ServerResponse, status: number, message: string, code = -32000): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}

async function serve(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  if (request.url === '/readyz') return void response.end();
  if (request.url !== '/mcp') return refuse(response, 404, 'Not found');
  try {
    const body = request.method === 'POST' ? await json(request) : undefined;
    await handler(request, response, body);
  } catch (error) {
    await refuse(response, 400, (error as Error).message, -32700);
  }
}

function listen(port: number, handler: Handler): void {
  createServer((request, response) => void serve(request, response, handler)).listen(port, '127.0.0.1');
}

const [sessions, stateless] = process.argv.slice(2).map(Number);
listen(sessions ?? 0, withSessions);
listen(stateless ?? 0, withoutSessions);
