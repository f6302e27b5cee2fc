/** The floor: the same tool behind bare `node:http`, without sessions and without MCP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

interface Call {
  readonly id: number;
  readonly params: { readonly arguments: { readonly ms: number; readonly text: string } };
}

async function read(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Call;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { id, params } = await read(request);
  const began = performance.now();
  if (params.arguments.ms > 0) await delay(params.arguments.ms);
  const _meta = { 'loadtest/ms': performance.now() - began };
  const result = { content: [{ type: 'text', text: params.arguments.text }], _meta };
  const body = JSON.stringify({ jsonrpc: '2.0', id, result });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

const server = createServer((request, response) => {
  if (request.method === 'GET') response.end();
  else void answer(request, response);
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
