import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import createGoodServer from './fixture.ts';
import { text } from './fixture-tools.ts';

const leave = (event: string) => () => {
  process.stdout.write(`the module leaves on ${event}\n`);
  process.exit(7);
};

// What many a server has at its end, and what it is advised to have against faults.
for (const event of ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection']) process.on(event, leave(event));

/** A server that listens to the process, at its import and with each server that it makes. */
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
