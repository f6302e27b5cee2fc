import { setTimeout as sleep } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { say } from './content.ts';

const STEP_MS = 50;

/** Tools that say something while they run, or let go of their stream. */
export function registerRunningTools(server: McpServer): void {
  server.registerTool('test_tool_with_logging', { description: 'Logs three times.' }, async (ctx) => {
    await ctx.mcpReq.log('info', 'Tool execution started');
    await sleep(STEP_MS);
    await ctx.mcpReq.log('info', 'Tool processing data');
    await sleep(STEP_MS);
    await ctx.mcpReq.log('info', 'Tool execution completed');
    return say('Logged three times.');
  });

  server.registerTool('test_tool_with_progress', { description: 'Reports progress.' }, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progress > 0) await sleep(STEP_MS);
      if (progressToken === undefined) continue;
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    }
    return say('Reported progress.');
  });

  server.registerTool('test_reconnection', { description: 'Closes its stream in the middle.' }, async (ctx) => {
    ctx.http?.closeSSE?.();
    await sleep(2 * STEP_MS);
    return say('The stream was closed and the call went on.');
  });
}
