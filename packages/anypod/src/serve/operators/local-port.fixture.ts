import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The status of a GET that a page makes whose name an attacker has pointed at this machine. */
export async function askUnderAnotherName(port: number, path: string, headers = {}): Promise<number | undefined> {
  const rebound = request({ port, host: '127.0.0.1', path, headers: { ...headers, host: `evil.test:${port}` } });
  rebound.end();
  const [response] = (await once(rebound, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}
