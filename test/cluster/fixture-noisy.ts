import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

console.log('loaded');
setInterval(() => console.log('tick'), 5);

/** A server that prints to stdout, as careless ones do: when it is loaded, when it is called, from a timer and from a thread. It also forgets a promise. */
export default function createServer(): McpServer {
  console.log('made');
  const server = new McpServer({ name: 'noisy', version: '1' });
  server.registerTool('chat', { inputSchema: z.object({ ms: z.number().default(20) }) }, async ({ ms }) => {
    console.info('called');
    process.stdout.write('written\n');
    await once(new Worker("console.log('from a thread')", { eval: true }), 'exit');
    await delay(ms);
    return { content: [{ type: 'text', text: 'quiet' }] };
  });
  server.registerTool('forget', { inputSchema: z.object({}) }, () => {
    void Promise.reject(new Error('nobody handles this'));
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
}
