import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import createGoodServer from './fixture.ts';
import { text } from './fixture-tools.ts';

const nothing = z.object({});

const unreadable = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('no message for you');
  },
});

/** The tools of `fixture.ts`, and tools that harm the process. */
export default function createServer(): McpServer {
  const server = createGoodServer();
  const tool = (name: string, run: () => unknown) =>
    server.registerTool(name, { inputSchema: nothing }, async () => text((await run()) ?? 'done'));

  tool('reject_later', async () => {
    await delay(1);
    void Promise.reject(new Error('nobody handles this'));
  });
  tool('reject_undefined', () => void Promise.reject());
  tool('reject_unreadable', () => void Promise.reject(unreadable));
  tool('throw_later', () => {
    setTimeout(() => {
      throw new Error('nobody catches this');
    }, 1);
  });
  tool('exit', () => process.exit(3));
  tool('block', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500));
  server.registerTool('wait_for_file', { inputSchema: z.object({ path: z.string() }) }, async ({ path }) => {
    while (!existsSync(path)) await delay(20);
    return text('the file is there');
  });
  return server;
}
