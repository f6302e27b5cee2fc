/** The server under load: tools that wait, measure themselves, count, ask and answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { registerAsking } from './asking.ts';
import { readMemory } from './tools.ts';

const waiting = z.object({ ms: z.number().min(0).max(60_000), text: z.string().max(100_000).default('') });
const counting = z.object({ events: z.number().int().min(1).max(10_000), ms: z.number().min(0).max(10_000) });
const nothing = z.object({});
const CLOCK = 'load://clock';
const annotations = { readOnlyHint: true };

/** Calls that this process runs. */
let running = 0;

async function progress({ mcpReq }: ServerContext, step: number, message?: string): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  const params = { progressToken, progress: step, ...(message === undefined ? {} : { message }) };
  await mcpReq.notify({ method: 'notifications/progress', params });
}

export default (): McpServer => {
  const server = new McpServer(
    { name: 'loadtest', version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  registerWaiting(server);
  registerAsking(server);
  registerTelling(server);
  server.registerTool('memory', { annotations, inputSchema: nothing }, () => {
    return { content: [{ type: 'text', text: JSON.stringify(readMemory()) }] };
  });
  return server;
};

function registerWaiting(server: McpServer): void {
  // What is measured is what the tool takes, by its own clock: a timer is never on time.
  server.registerTool('wait', { annotations, inputSchema: waiting }, async ({ ms, text }, context) => {
    const began = performance.now();
    const beganAt = Date.now();
    running += 1;
    const atOnce = running;
    await progress(context, 1);
    if (ms > 0) await delay(ms);
    running -= 1;
    const spent = performance.now() - began;
    return {
      content: [{ type: 'text', text }],
      _meta: { 'loadtest/ms': spent, 'loadtest/running': atOnce, 'loadtest/began': beganAt },
    };
  });

  server.registerTool('count', { annotations, inputSchema: counting }, async ({ events, ms }, context) => {
    for (let number = 1; number <= events; number += 1) {
      await progress(context, number, `${Date.now()}`);
      await delay(ms);
    }
    return { content: [{ type: 'text', text: `${events}` }] };
  });
}

function registerTelling(server: McpServer): void {
  server.registerResource('clock', CLOCK, {}, () => ({ contents: [{ uri: CLOCK, text: `${Date.now()}` }] }));
  server.registerTool('touch', { inputSchema: nothing }, async () => {
    await server.server.sendResourceUpdated({ uri: CLOCK });
    return { content: [{ type: 'text', text: 'done' }] };
  });
}
