import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import createGoodServer from './fixture.ts';
import { text } from './fixture-tools.ts';

const leave = (event: string) => () => {
  process.stdout.write(`the module leaves on ${event}\n`);
  process.exit(7);
};

// Many servers end with such listeners, and are advised to have some against faults.
for (const event of ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection']) process.on(event, leave(event));

/** A server that adds listeners to the process, once at its import and again for each instance. */
export default function createServer(): McpServer {
  const server = createGoodServer();
  process.once('SIGTERM', () => undefined);
  const inputSchema = z.object({});
  server.registerTool('reject', { inputSchema }, () => {
    void Promise.reject(new Error('nobody handles this'));
    return text('done');
  });
  server.registerTool('listeners', { inputSchema }, () => text(String(process.listenerCount('SIGTERM'))));
  return server;
}
