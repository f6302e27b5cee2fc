import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createAnypod } from 'anypod';
import createServer from './server.ts';

/** Serves `server.ts` on a free port, and connects the official client. Both are closed when the test ends. */
export async function connect(t: TestContext): Promise<Client> {
  const anypod = await createAnypod({ createServer });
  const http = createHttpServer(anypod.handler).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  t.after(async () => {
    await client.close();
    await anypod.close();
    http.close();
    http.closeAllConnections();
  });
  const { port } = http.address() as AddressInfo;
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
  return client;
}
