import { createServer, type RequestListener } from 'node:http';

/** Serves on 127.0.0.1 and the port in `PORT`; `GET /readyz` answers 200, the rest is the subject's. */
export function listen(listener: RequestListener): void {
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/readyz') response.end();
    else listener(request, response);
  });
  server.listen(Number(process.env['PORT']), '127.0.0.1');
}
