import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Serves on 127.0.0.1 and the port in `PORT`; `GET /readyz` answers 200, the rest is the subject's. */
export function listen(listener: Listener): void {
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/readyz') response.end();
    else void listener(request, response);
  });
  server.listen(Number(process.env['PORT']), '127.0.0.1');
}

/** The parsed body of a request. */
export function readJson(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    request.on('error', reject);
  });
}
